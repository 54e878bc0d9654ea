package io.goroscope.collector.binary;

import java.util.ArrayList;
import java.util.List;
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
    private static final int TEXT_1_15 = 96;

    private final Elf elf;
    private final Words words;
    private final long address;

    private ModuleData(Elf elf, Words words, long address) {
        this.elf = elf;
        this.words = words;
        this.address = address;
    }

    /** Where it is, given pclntab's own address; null where it cannot be found. */
    static ModuleData find(Elf elf, Words words, long pclntabAddress) {
        OptionalLong section = elf.section(".go.module").stream()
                .mapToLong(Elf.Section::address)
                .findFirst();
        if (section.isPresent()) {
            return new ModuleData(elf, words, section.getAsLong());
        }
        for (Elf.Segment segment : elf.segments()) {
            if (segment.type() == Elf.PT_LOAD && !segment.executable()) {
                Bytes bytes = elf.file().slice(segment.offset(), segment.fileSize());
                for (long at = 0; at + TEXT + 8 <= bytes.size(); at += 8) {
                    if (bytes.i64(at) == pclntabAddress
                            && (isCode(elf, words.at(segment.address() + at + TEXT))
                                    || isCode(elf, words.at(segment.address() + at + TEXT_1_15)))) {
                        return new ModuleData(elf, words, segment.address() + at);
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

    /**
     * {@code moduledata.types}: what the names of types are relative to. 104 bytes behind {@code text} up to Go 1.19, 120
     * from 1.20 on, which added the coverage counters.
     */
    long types(GoVersion version) {
        int text = version.atLeast(16) ? TEXT : TEXT_1_15;
        return words.at(address + text + (version.atLeast(20) ? 120 : 104));
    }

    /** {@code moduledata.text}, wherever the release keeps it. */
    long text(GoVersion version) {
        return words.at(address + (version.atLeast(16) ? TEXT : TEXT_1_15));
    }

    /**
     * Addresses of the types that reflection may look for, among them a pointer to each named type: section
     * {@code .typelink} up to Go 1.26. Go 1.27 has none: there {@code typedesclen} bytes of types lie one behind the other,
     * each aligned to 8 bytes; what follows the common part of each is not known to be a type, so none are taken.
     */
    List<Long> typeLinks(GoVersion version) {
        long types = types(version);
        return elf.sections().stream()
                .filter(s -> s.name().endsWith(".typelink"))
                .findFirst()
                .map(section -> {
                    Bytes offsets = elf.bytes(section);
                    List<Long> links = new ArrayList<>();
                    for (long at = 0; at + 4 <= offsets.size(); at += 4) {
                        links.add(types + offsets.i32(at));
                    }
                    return links;
                })
                .orElse(List.of());
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
