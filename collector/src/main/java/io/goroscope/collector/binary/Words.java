package io.goroscope.collector.binary;

import org.agrona.collections.Long2LongHashMap;

/**
 * Pointers in the file as they will be in memory before the base address is added.
 *
 * <p>In a position-independent file a pointer may be left zero and stand only in the relocation that fills it
 * ({@code R_X86_64_RELATIVE}, {@code R_AARCH64_RELATIVE}: the addend). The relocations are read only when a zero is
 * met, since most linkers write the value in place as well.
 */
final class Words {

    private static final int R_X86_64_RELATIVE = 8;
    private static final int R_AARCH64_RELATIVE = 1027;
    private static final int RELA_SIZE = 24;

    private final Elf elf;
    private Long2LongHashMap relocated;

    Words(Elf elf) {
        this.elf = elf;
    }

    /** The word at an address. */
    long at(long address) {
        long value = elf.at(address).i64(0);
        return value != 0 ? value : addend(address);
    }

    private long addend(long address) {
        if (relocated == null) {
            relocated = read();
        }
        return relocated.get(address);
    }

    private Long2LongHashMap read() {
        Long2LongHashMap addends = new Long2LongHashMap(0);
        for (Elf.Section section : elf.sections()) {
            if (section.type() != Elf.SHT_RELA) {
                continue;
            }
            Bytes table = elf.bytes(section);
            for (long at = 0; at + RELA_SIZE <= table.size(); at += RELA_SIZE) {
                int type = table.i32(at + 8);
                if (type == R_X86_64_RELATIVE || type == R_AARCH64_RELATIVE) {
                    addends.put(table.i64(at), table.i64(at + 16));
                }
            }
        }
        return addends;
    }
}
