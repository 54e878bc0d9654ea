package io.goroscope.collector.binary;

import java.nio.ByteBuffer;

/** Fuzz target: the tables of an ELF file, its symbols, notes, and thread-local block. */
public final class ElfFuzz {

    private ElfFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Bytes file = new Bytes(ByteBuffer.wrap(data));
        try {
            if (!Elf.isElf(file) || !Elf.is64BitLittleEndian(file)) {
                return;
            }
            Elf elf = new Elf(file);
            elf.isSharedLibrary();
            BuildId.of(elf);
            Symbols.forEach(elf, Symbols.Symbol.FUNCTION, s -> GccgoNames.readable(s.name()));
            GccgoThreadLocal.inStaticProgram(elf);
            new Words(elf).at(0x400000);
        } catch (MalformedException e) {
            // What a broken file ends in.
        }
    }
}
