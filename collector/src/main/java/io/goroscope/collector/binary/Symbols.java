package io.goroscope.collector.binary;

import java.util.function.Consumer;

/** The symbol table of an ELF file: {@code .symtab}, or {@code .dynsym} where it was stripped. */
final class Symbols {

    private static final int ENTRY_SIZE = 24;

    /** A symbol; {@code value} is an address, or for a thread-local one its offset in the module's block. */
    record Symbol(String name, int type, int section, long value, long size) {

        static final int FUNCTION = 2;
        static final int THREAD_LOCAL = 6;

        boolean isDefined() {
            return section != 0;
        }
    }

    private Symbols() {}

    /** Shows every symbol of the given type; nothing for a file without a table. */
    static void forEach(Elf elf, int type, Consumer<Symbol> visitor) {
        elf.sectionOfType(Elf.SHT_SYMTAB)
                .filter(s -> s.size() > 0)
                .or(() -> elf.sectionOfType(Elf.SHT_DYNSYM))
                .ifPresent(table -> read(elf, table, type, visitor));
    }

    private static void read(Elf elf, Elf.Section table, int type, Consumer<Symbol> visitor) {
        if (table.link() <= 0 || table.link() >= elf.sections().size()) {
            throw new MalformedException("a symbol table without names");
        }
        Bytes names = elf.bytes(elf.sections().get(table.link()));
        Bytes entries = elf.bytes(table);
        for (long at = 0; at + ENTRY_SIZE <= entries.size(); at += ENTRY_SIZE) {
            if ((entries.u8(at + 4) & 0xf) == type) {
                visitor.accept(new Symbol(
                        names.cString(entries.u32(at)),
                        type,
                        entries.u16(at + 6),
                        entries.i64(at + 8),
                        entries.i64(at + 16)));
            }
        }
    }
}
