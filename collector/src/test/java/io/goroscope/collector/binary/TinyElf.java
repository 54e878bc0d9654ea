package io.goroscope.collector.binary;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The smallest ELF file around some bytes: one readable segment, no section. */
final class TinyElf {

    /** Where the bytes appear. */
    static final long ADDRESS = 0x400000;

    private static final int HEADERS = 64 + 56;

    private TinyElf() {}

    static Elf of(byte[] content) {
        ByteBuffer file = ByteBuffer.allocate(HEADERS + content.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
        file.putShort(16, (short) 2).putShort(18, (short) Elf.MACHINE_AMD64);
        file.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 1);
        file.putInt(64, Elf.PT_LOAD).putInt(68, 4);
        file.putLong(72, HEADERS)
                .putLong(80, ADDRESS)
                .putLong(96, content.length)
                .putLong(104, content.length);
        file.put(HEADERS, content);
        return new Elf(new Bytes(file));
    }
}
