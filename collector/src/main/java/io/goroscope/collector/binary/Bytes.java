package io.goroscope.collector.binary;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A window on little-endian bytes of a file that nobody vouches for: every read is checked against the window's end.
 *
 * <p>Offsets are {@code long} and relative to the window, so that sums of numbers from the file cannot wrap around.
 */
public final class Bytes {

    private static final int LONGEST_NAME = 64 * 1024;
    private static final int USUAL_NAME = 120;

    private final ByteBuffer buffer;

    /** @param buffer from position 0 to its capacity; not copied */
    public Bytes(ByteBuffer buffer) {
        this.buffer = buffer.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    public long size() {
        return buffer.capacity();
    }

    public int u8(long at) {
        return buffer.get(check(at, 1)) & 0xff;
    }

    public int u16(long at) {
        return buffer.getShort(check(at, 2)) & 0xffff;
    }

    public int i32(long at) {
        return buffer.getInt(check(at, 4));
    }

    public long u32(long at) {
        return buffer.getInt(check(at, 4)) & 0xffff_ffffL;
    }

    public long i64(long at) {
        return buffer.getLong(check(at, 8));
    }

    /** A window inside this one. */
    public Bytes slice(long at, long length) {
        if (at < 0 || length < 0 || at > size() - length) {
            throw new MalformedException("range " + at + "+" + length + " lies outside " + size() + " bytes");
        }
        return new Bytes(buffer.slice((int) at, (int) length));
    }

    /** The window from an offset to this one's end. */
    public Bytes from(long at) {
        return slice(at, size() - at);
    }

    /** A read-only view for those outside this package. */
    public ByteBuffer view() {
        return buffer.slice(0, buffer.capacity()).order(ByteOrder.LITTLE_ENDIAN);
    }

    public byte[] copy(long at, long length) {
        byte[] copy = new byte[(int) slice(at, length).size()];
        buffer.get((int) at, copy);
        return copy;
    }

    /** A string of a known length, in UTF-8. */
    public String string(long at, long length) {
        if (length > LONGEST_NAME * 64L) {
            throw new MalformedException("a string of " + length + " bytes at " + at);
        }
        return new String(copy(at, length), StandardCharsets.UTF_8);
    }

    /** A string that ends with a zero byte, in UTF-8. */
    public String cString(long at) {
        int from = check(at, 1);
        int end = (int) Math.min(size(), at + LONGEST_NAME);
        // In bulk: one call for each byte is most of the time that a big binary's names take.
        byte[] chunk = new byte[Math.min(USUAL_NAME, end - from)];
        while (true) {
            buffer.get(from, chunk);
            for (int i = 0; i < chunk.length; i++) {
                if (chunk[i] == 0) {
                    return new String(chunk, 0, i, StandardCharsets.UTF_8);
                }
            }
            if (chunk.length == end - from) {
                throw new MalformedException("a string at " + at + " has no end");
            }
            chunk = new byte[Math.min(chunk.length * 8, end - from)];
        }
    }

    public boolean matches(long at, byte[] expected) {
        if (at < 0 || at > size() - expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (buffer.get((int) at + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    /** A reader that goes forward from an offset, for variable-length numbers. */
    public Cursor cursor(long at) {
        return new Cursor(at);
    }

    private int check(long at, int length) {
        if (at < 0 || at > buffer.capacity() - length) {
            throw new MalformedException("offset " + at + " lies outside " + buffer.capacity() + " bytes");
        }
        return (int) at;
    }

    /** Reads numbers one after the other. */
    public final class Cursor {

        private long at;

        private Cursor(long at) {
            this.at = at;
        }

        public long position() {
            return at;
        }

        public boolean hasMore() {
            return at < size();
        }

        public void skip(long bytes) {
            if (bytes < 0 || bytes > size() - at) {
                throw new MalformedException("skip of " + bytes + " bytes at " + at);
            }
            at += bytes;
        }

        public int u8() {
            return Bytes.this.u8(at++);
        }

        /** Unsigned LEB128, the form of both DWARF and Go's pc tables; at most 64 bits. */
        public long uleb() {
            long value = 0;
            for (int shift = 0; shift < 70; shift += 7) {
                int b = u8();
                value |= (b & 0x7fL) << shift;
                if ((b & 0x80) == 0) {
                    return value;
                }
            }
            throw new MalformedException("a variable-length number at " + at + " has no end");
        }

        /** Signed LEB128 (DWARF section 7.6). */
        public long sleb() {
            long value = 0;
            for (int shift = 0; shift < 70; shift += 7) {
                int b = u8();
                value |= (b & 0x7fL) << shift;
                if ((b & 0x80) == 0) {
                    boolean negative = (b & 0x40) != 0 && shift + 7 < 64;
                    return negative ? value | -1L << (shift + 7) : value;
                }
            }
            throw new MalformedException("a variable-length number at " + at + " has no end");
        }
    }
}
