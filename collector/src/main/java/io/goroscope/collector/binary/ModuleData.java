package io.goroscope.collector.binary;

import java.util.OptionalLong;

/**
 * The runtime's record of the module, {@code runtime.moduledata}: where the code really starts.
 *
 * <p>Go 1.26 gave it a section of its own, {@code .go.module}, and zeroed the text start in pclntab. In older files it
 * is found by its first word, which points to pclntab.
 * <pre>
 *     0  pointer to pclntab
 *   176  text (Go 1.16 and later; 96 in Go 1.15)
 *   304  gofunc: base of funcdata offsets (Go 1.18, 1.19); 320 (Go 1.20 to 1.26); 344 (Go 1.27)
 * </pre>
 * Source: {@code runtime/symtab.go} of Go 1.15 to 1.26; the offset of {@code text} was measured on each (1.15 to 1.27).
 */
final class ModuleData {

    private static final int TEXT = 176;

    private final Words words;
    private final long address;

    private ModuleData(Words words, long address) {
        this.words = words;
        this.address = address;
    }

    /** Where it is, given pclntab's own address; null where it cannot be found. */
    static ModuleData find(Elf elf, Words words, long pclntabAddress) {
        OptionalLong section = elf.section(".go.module").stream()
                .mapToLong(Elf.Section::address)
                .findFirst();
        if (section.isPresent()) {
            return new ModuleData(words, section.getAsLong());
        }
        for (Elf.Segment segment : elf.segments()) {
            if (segment.type() == Elf.PT_LOAD && !segment.executable()) {
                Bytes bytes = elf.file().slice(segment.offset(), segment.fileSize());
                for (long at = 0; at + TEXT + 8 <= bytes.size(); at += 8) {
                    if (bytes.i64(at) == pclntabAddress && isCode(elf, words.at(segment.address() + at + TEXT))) {
                        return new ModuleData(words, segment.address() + at);
                    }
                }
            }
        }
        return null;
    }

    private static boolean isCode(Elf elf, long address) {
        return elf.segments().stream()
                .anyMatch(s -> s.type() == Elf.PT_LOAD
                        && s.executable()
                        && address >= s.address()
                        && address - s.address() < s.fileSize());
    }

    /** {@code runtime.text}: what relative addresses in pclntab start from. */
    long text() {
        return words.at(address + TEXT);
    }

    /** {@code moduledata.gofunc}: what funcdata offsets start from; empty for a release that is not known. */
    OptionalLong gofunc(PclntabFormat format, GoVersion version) {
        int field =
                switch (format) {
                    case GO_1_2, GO_1_16 -> -1;
                    case GO_1_18 -> 304;
                    case GO_1_20 -> version.atLeast(27) ? 344 : 320;
                };
        return field < 0 ? OptionalLong.empty() : OptionalLong.of(words.at(address + field));
    }
}
