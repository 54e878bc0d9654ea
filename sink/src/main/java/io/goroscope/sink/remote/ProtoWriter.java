package io.goroscope.sink.remote;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Protocol Buffers' wire format, as much of it as a write request needs (protobuf.dev, "Encoding"). */
final class ProtoWriter {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int TAG_SHIFT = 3;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    ProtoWriter number(int field, long value) {
        tag(field, VARINT);
        varint(value);
        return this;
    }

    ProtoWriter signed(int field, long value) {
        return number(field, zigzag(value));
    }

    ProtoWriter decimal(int field, double value) {
        tag(field, FIXED64);
        long bits = Double.doubleToRawLongBits(value);
        for (int i = 0; i < Long.BYTES; i++) {
            out.write((int) (bits >>> (Byte.SIZE * i)));
        }
        return this;
    }

    ProtoWriter text(int field, String value) {
        return block(field, value.getBytes(StandardCharsets.UTF_8));
    }

    ProtoWriter message(int field, ProtoWriter message) {
        return block(field, message.toBytes());
    }

    ProtoWriter packedSigned(int field, long[] values) {
        ProtoWriter packed = new ProtoWriter();
        for (long each : values) {
            packed.varint(zigzag(each));
        }
        return block(field, packed.toBytes());
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    private ProtoWriter block(int field, byte[] bytes) {
        tag(field, BYTES);
        varint(bytes.length);
        out.write(bytes, 0, bytes.length);
        return this;
    }

    private void tag(int field, int type) {
        varint(((long) field << TAG_SHIFT) | type);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static long zigzag(long value) {
        return (value << 1) ^ (value >> 63);
    }
}
