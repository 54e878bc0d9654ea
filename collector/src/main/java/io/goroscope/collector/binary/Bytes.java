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

    private final ByteBuffer buffer;
    private final int start;
    private final int length;

    /** @param buffer from position 0 to its capacity; not copied */
    public Bytes(ByteBuffer buffer) {
        this(buffer.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN), 0, buffer.capacity());
    }

    /** A window costs one small object: a big binary has a million. */
    private Bytes(ByteBuffer buffer, int start, int length) {
        this.buffer = buffer;
        this.start = start;
        this.length = length;
    }

    public long size() {
        return length;
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
    public Bytes slice(long at, long size) {
        if (at < 0 || size < 0 || at > length - size) {
            throw new MalformedException("range " + at + "+" + size + " lies outside " + length + " bytes");
        }
        return new Bytes(buffer, start + (int) at, (int) size);
    }

    /** The window from an offset to this one's end. */
    public Bytes from(long at) {
        return slice(at, length - at);
    }

    /** A read-only view for those outside this package. */
    public ByteBuffer view() {
        return buffer.slice(start, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    public byte[] copy(long at, long size) {
        slice(at, size);
        byte[] copy = new byte[(int) size];
        buffer.get(start + (int) at, copy);
        return copy;
    }

    /** A string of a known length, in UTF-8. */
    public String string(long at, long size) {
        if (size > LONGEST_NAME * 64L) {
            throw new MalformedException("a string of " + size + " bytes at " + at);
        }
        return new String(copy(at, size), StandardCharsets.UTF_8);
    }

    /** A string that ends with a zero byte, in UTF-8. */
    public String cString(long at) {
        int from = check(at, 1);
        int end = start + (int) Math.min(length, at + LONGEST_NAME);
        int to = from;
        // Eight bytes at a time: one call for each byte is most of the time that a big binary's names take.
        while (to <= end - 8 && !hasZero(buffer.getLong(to))) {
            to += 8;
        }
        while (to < end && buffer.get(to) != 0) {
            to++;
        }
        if (to == end) {
            throw new MalformedException("a string at " + at + " has no end");
        }
        byte[] text = new byte[to - from];
        buffer.get(from, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** True if one of the eight bytes is zero: subtracting 1 from each borrows into its top bit only there. */
    private static boolean hasZero(long eight) {
        return ((eight - 0x0101_0101_0101_0101L) & ~eight & 0x8080_8080_8080_8080L) != 0;
    }

    public boolean matches(long at, byte[] expected) {
        if (at < 0 || at > length - expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (buffer.get(start + (int) at + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    /** A reader that goes forward from an offset, for variable-length numbers. */
    public Cursor cursor(long at) {
        return new Cursor(at);
    }

    private int check(long at, int bytes) {
        if (at < 0 || at > length - bytes) {
            throw new MalformedException("offset " + at + " lies outside " + length + " bytes");
        }
        return start + (int) at;
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
