package io.goroscope.streams.snapshot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bytes that grow as they are written. */
public final class ByteWriter {

    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** What a packed number of up to 8 bytes can hold, bits. */
    private static final int MAX_PACKED_BITS = 56;

    private static final int MAX_NUMBER_BYTES = 10;

    private byte[] bytes = new byte[256];
    private int length;

    /** Forgets what was written. */
    public ByteWriter clear() {
        length = 0;
        return this;
    }

    /** Bytes written. */
    public int length() {
        return length;
    }

    /** A number as a zigzag varint. */
    public ByteWriter number(long value) {
        ensure(MAX_NUMBER_BYTES);
        byte[] out = bytes;
        int at = length;
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            out[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[at++] = (byte) rest;
        length = at;
        return this;
    }

    /**
     * A number for where there are very many. It has as many bytes as a varint, or 9 at most, but their count stands in the
     * first byte, as the zeros below its lowest one: so it is written in one go, and nobody has to guess where it ends.
     *
     * <pre>
     *  zzzzzzz1                    zigzag of up to 7 bits
     *  zzzzzz10 zzzzzzzz           14 bits, the lowest in the first byte; and so on to 56 bits in 8 bytes
     *  00000000 and 8 bytes        any
     * </pre>
     */
    public ByteWriter packed(long value) {
        ensure(1 + Long.BYTES);
        long zigzag = (value << 1) ^ (value >> 63);
        int bits = Long.SIZE - Long.numberOfLeadingZeros(zigzag | 1);
        if (bits > MAX_PACKED_BITS) {
            bytes[length] = 0;
            LONG.set(bytes, length + 1, zigzag);
            length += 1 + Long.BYTES;
        } else {
            int count = (bits + 6) / 7;
            LONG.set(bytes, length, zigzag << count | 1L << (count - 1));
            length += count;
        }
        return this;
    }

    /** Yes or no, in a byte. */
    public ByteWriter flag(boolean value) {
        ensure(1);
        bytes[length++] = (byte) (value ? 1 : 0);
        return this;
    }

    /** Up to eight flags in a byte; {@link #flag} is the first of them alone. */
    public ByteWriter bits(int bits) {
        ensure(1);
        bytes[length++] = (byte) bits;
        return this;
    }

    /** A length and as many bytes. */
    public ByteWriter block(byte[] block) {
        number(block.length);
        ensure(block.length);
        System.arraycopy(block, 0, bytes, length, block.length);
        length += block.length;
        return this;
    }

    /** What was written, as an array of its own. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** A part of what was written, as an array of its own. */
    public byte[] toBytes(int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
