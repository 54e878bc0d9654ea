package io.goroscope.collector.binary;

import java.util.Optional;

/**
 * Finds pclntab in a file: by its section's name, else by its magic number.
 *
 * <p>{@code .gopclntab} is its name in most files, {@code .data.rel.ro.gopclntab} in position-independent ones that
 * Go's own linker made up to 1.25; where the C linker made those it has no section of its own.
 */
final class PclntabFinder {

    /** The linker aligns the table to at least this. */
    private static final int ALIGNMENT = 8;

    private PclntabFinder() {}

    /** Empty for a file without one: not made by gc. */
    static Optional<Pclntab> find(Elf elf, Words words) {
        for (Elf.Section section : elf.sections()) {
            if (section.name().endsWith(".gopclntab") && section.inFile()) {
                Bytes bytes = elf.bytes(section);
                if (isHeader(bytes, 0)) {
                    return Optional.of(open(elf, words, bytes, section.address()));
                }
            }
        }
        for (Elf.Segment segment : elf.segments()) {
            if (segment.type() == Elf.PT_LOAD) {
                Optional<Pclntab> found = scan(elf, words, segment);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Pclntab> scan(Elf elf, Words words, Elf.Segment segment) {
        Bytes bytes = elf.file().slice(segment.offset(), segment.fileSize());
        for (long at = 0; at + 16 <= bytes.size(); at += ALIGNMENT) {
            if (isHeader(bytes, at)) {
                Optional<Pclntab> table = tryOpen(elf, words, bytes.from(at), segment.address() + at);
                if (table.isPresent()) {
                    return table;
                }
            }
        }
        return Optional.empty();
    }

    /** Empty where the same bytes stand by chance, as constants of a tracer such as this one. */
    private static Optional<Pclntab> tryOpen(Elf elf, Words words, Bytes bytes, long address) {
        try {
            Pclntab table = open(elf, words, bytes, address);
            table.verify();
            return Optional.of(table);
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }

    private static boolean isHeader(Bytes bytes, long at) {
        if (at + 16 > bytes.size()) {
            return false;
        }
        int magic = bytes.i32(at);
        // All four numbers are fffffffX: one comparison for almost every word of a big file.
        if (magic >>> 4 != 0xfffffff) {
            return false;
        }
        for (PclntabFormat format : PclntabFormat.values()) {
            if (format.magic() == magic) {
                return Pclntab.plausibleHeader(bytes.from(at));
            }
        }
        return false;
    }

    private static Pclntab open(Elf elf, Words words, Bytes bytes, long address) {
        PclntabFormat format = PclntabFormat.of(bytes.i32(0));
        long textStart = 0;
        if (format.relative()) {
            textStart = words.at(address + 24);
            if (textStart == 0) {
                ModuleData module = ModuleData.find(elf, words, address);
                if (module == null) {
                    throw new MalformedException("the module data, which says where the code starts, is not there");
                }
                textStart = module.text();
            }
        }
        return new Pclntab(bytes, address, textStart);
    }
}
