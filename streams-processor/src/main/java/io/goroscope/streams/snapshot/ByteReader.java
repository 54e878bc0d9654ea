package io.goroscope.streams.snapshot;

import java.util.Arrays;

/** Reads what {@link ByteWriter} wrote. */
public final class ByteReader {

    private final byte[] bytes;
    private int at;

    /** Reads from the first byte. */
    public ByteReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A number. */
    public long number() {
        long rest = 0;
        int shift = 0;
        long part;
        do {
            part = bytes[at++];
            rest |= (part & 0x7F) << shift;
            shift += 7;
        } while (part < 0);
        return (rest >>> 1) ^ -(rest & 1);
    }

    /** A number that was written packed. */
    public long packed() {
        int count = 1 + Integer.numberOfTrailingZeros(bytes[at] | 1 << Byte.SIZE);
        long zigzag;
        if (count > Long.BYTES) {
            zigzag = (long) ByteWriter.LONG.get(bytes, at + 1);
        } else {
            zigzag = 0;
            for (int i = 0; i < count; i++) {
                zigzag |= (bytes[at + i] & 0xFFL) << (i * Byte.SIZE);
            }
            zigzag >>>= count;
        }
        at += count;
        return (zigzag >>> 1) ^ -(zigzag & 1);
    }

    /** A number that was an int. */
    public int smallNumber() {
        return Math.toIntExact(number());
    }

    /** Yes or no. */
    public boolean flag() {
        return bytes[at++] != 0;
    }

    /** Up to eight flags in a byte. */
    public int bits() {
        return bytes[at++];
    }

    /** A length and as many bytes. */
    public byte[] block() {
        int length = smallNumber();
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    /** True where bytes are left. */
    public boolean hasMore() {
        return at < bytes.length;
    }
}
