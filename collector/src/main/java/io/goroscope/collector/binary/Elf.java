package io.goroscope.collector.binary;

import io.goroscope.collector.binary.dwarf.DebugSections;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tables of a 64-bit little-endian ELF file: segments, sections, and the way from an address to its bytes.
 *
 * <p>Layout: System V ABI, "Object Files" (gABI 4.1, chapter 4 and 5).
 */
final class Elf {

    static final int MACHINE_AMD64 = 62;
    static final int MACHINE_ARM64 = 183;

    static final int SHT_SYMTAB = 2;
    static final int SHT_RELA = 4;
    static final int SHT_NOTE = 7;
    static final int SHT_NOBITS = 8;
    static final int SHT_DYNSYM = 11;

    static final int PT_LOAD = 1;
    static final int PT_DYNAMIC = 2;
    static final int PT_INTERP = 3;
    static final int PT_TLS = 7;

    private static final long SHF_COMPRESSED = 1 << 11;

    private static final int ET_DYN = 3;
    private static final long DT_FLAGS_1 = 0x6ffffffbL;
    private static final long DF_1_PIE = 0x0800_0000L;

    private static final int HEADER_SIZE = 64;
    private static final int SECTION_HEADER_SIZE = 64;
    private static final int PROGRAM_HEADER_SIZE = 56;

    /** Anything above is a broken file: Go writes about 30. */
    private static final int MOST_SECTIONS = 20_000;

    private static final byte[] MAGIC = {0x7f, 'E', 'L', 'F'};

    private final Bytes file;
    private final int machine;
    private final List<Segment> segments = new ArrayList<>();

    /** Those that have bytes in memory: asked for every probe of a big binary. */
    private final Segment[] loaded;

    private final List<Section> sections = new ArrayList<>();

    /** A section header, its name resolved. {@code link} is the number of another section. */
    record Section(
            int number,
            String name,
            int type,
            long flags,
            long address,
            long offset,
            long size,
            int link,
            long entrySize) {

        boolean allocated() {
            return (flags & 2) != 0;
        }

        boolean executable() {
            return (flags & 4) != 0;
        }

        boolean inFile() {
            return type != SHT_NOBITS && size > 0;
        }

        boolean contains(long someAddress) {
            return allocated() && someAddress >= address && someAddress - address < size;
        }
    }

    /** A program header: {@code fileSize} bytes at {@code offset} appear at {@code address}. */
    record Segment(int type, int flags, long offset, long address, long fileSize, long memorySize, long alignment) {

        boolean executable() {
            return (flags & 1) != 0;
        }
    }

    /** @throws MalformedException where the tables do not lie inside the file */
    Elf(Bytes file) {
        this.file = file;
        if (!isElf(file)) {
            throw new MalformedException("no ELF header");
        }
        if (!is64BitLittleEndian(file)) {
            throw new MalformedException("not 64-bit little-endian");
        }
        machine = machine(file);
        readSegments();
        loaded = segments.stream().filter(s -> s.type == PT_LOAD).toArray(Segment[]::new);
        readSections();
    }

    static boolean isElf(Bytes file) {
        return file.size() >= HEADER_SIZE && file.matches(0, MAGIC);
    }

    static boolean is64BitLittleEndian(Bytes file) {
        return file.u8(4) == 2 && file.u8(5) == 1;
    }

    /** {@code e_machine} of a file of either byte order. */
    static int machine(Bytes file) {
        int value = file.u16(18);
        return file.u8(5) == 2 ? Short.toUnsignedInt(Short.reverseBytes((short) value)) : value;
    }

    private void readSegments() {
        long table = file.i64(32);
        int entrySize = file.u16(54);
        int count = file.u16(56);
        if (count > 0 && entrySize < PROGRAM_HEADER_SIZE) {
            throw new MalformedException("program headers of " + entrySize + " bytes");
        }
        for (int i = 0; i < count; i++) {
            Bytes header = file.slice(table + (long) i * entrySize, PROGRAM_HEADER_SIZE);
            Segment segment = new Segment(
                    header.i32(0),
                    header.i32(4),
                    header.i64(8),
                    header.i64(16),
                    header.i64(32),
                    header.i64(40),
                    header.i64(48));
            if (segment.type == PT_LOAD) {
                file.slice(segment.offset, segment.fileSize);
            }
            segments.add(segment);
        }
    }

    private void readSections() {
        long table = file.i64(40);
        int entrySize = file.u16(58);
        long count = file.u16(60);
        long nameTable = file.u16(62);
        if (table == 0) {
            return;
        }
        if (entrySize < SECTION_HEADER_SIZE) {
            throw new MalformedException("section headers of " + entrySize + " bytes");
        }
        // More sections than 16 bits hold: the numbers are in the first header (gABI 4.1, e_shnum and e_shstrndx).
        Bytes first = file.slice(table, SECTION_HEADER_SIZE);
        count = count == 0 ? first.i64(32) : count;
        nameTable = nameTable == 0xffff ? first.u32(40) : nameTable;
        if (count < 0 || count > MOST_SECTIONS) {
            throw new MalformedException(count + " sections");
        }
        Bytes names = nameTable < count ? sectionBytes(header(table, entrySize, nameTable)) : file.slice(0, 0);
        for (long i = 0; i < count; i++) {
            Bytes h = header(table, entrySize, i);
            long name = h.u32(0);
            sections.add(new Section(
                    (int) i,
                    name < names.size() ? names.cString(name) : "",
                    h.i32(4),
                    h.i64(8),
                    h.i64(16),
                    h.i64(24),
                    h.i64(32),
                    h.i32(40),
                    h.i64(56)));
        }
    }

    private Bytes header(long table, int entrySize, long number) {
        return file.slice(table + number * entrySize, SECTION_HEADER_SIZE);
    }

    private Bytes sectionBytes(Bytes header) {
        return header.i32(4) == SHT_NOBITS ? file.slice(0, 0) : file.slice(header.i64(24), header.i64(32));
    }

    Bytes file() {
        return file;
    }

    int machine() {
        return machine;
    }

    List<Section> sections() {
        return sections;
    }

    List<Segment> segments() {
        return segments;
    }

    Optional<Section> section(String name) {
        return sections.stream().filter(s -> s.name.equals(name)).findFirst();
    }

    Optional<Section> sectionOfType(int type) {
        return sections.stream().filter(s -> s.type == type).findFirst();
    }

    /** The section's bytes; none for one that has no bytes in the file. */
    Bytes bytes(Section section) {
        return section.inFile() ? file.slice(section.offset, section.size) : file.slice(0, 0);
    }

    /** True for a library, false for a program, even one that may lie anywhere in memory. */
    boolean isSharedLibrary() {
        boolean interpreted = segments.stream().anyMatch(s -> s.type == PT_INTERP);
        return file.u16(16) == ET_DYN && !interpreted && (dynamic(DT_FLAGS_1) & DF_1_PIE) == 0;
    }

    /** The first entry of the dynamic section with a tag; 0 where there is none. */
    private long dynamic(long tag) {
        for (Segment s : segments) {
            if (s.type == PT_DYNAMIC) {
                Bytes entries = file.slice(s.offset, s.fileSize);
                for (long at = 0; at + 16 <= entries.size(); at += 16) {
                    if (entries.i64(at) == tag) {
                        return entries.i64(at + 8);
                    }
                }
            }
        }
        return 0;
    }

    /** The debug sections, none of them read yet. */
    DebugSections debugSections() {
        return new DebugSections(name -> section(name)
                .filter(Section::inFile)
                .map(s -> new DebugSections.Raw(bytes(s), (s.flags() & SHF_COMPRESSED) != 0)));
    }

    /** Where an address is in the file, bytes; −1 where no segment's file part holds it. */
    long fileOffset(long address) {
        for (Segment s : loaded) {
            if (address >= s.address && address - s.address < s.fileSize) {
                return s.offset + (address - s.address);
            }
        }
        return -1;
    }

    /** Which address an offset of the file appears at as code; −1 where none. */
    long address(long offset) {
        for (Segment s : segments) {
            if (s.type == PT_LOAD && s.executable() && offset >= s.offset && offset - s.offset < s.fileSize) {
                return s.address + (offset - s.offset);
            }
        }
        return -1;
    }

    /** From an address to the end of its segment's file part. */
    Bytes at(long address) {
        for (Segment s : loaded) {
            if (address >= s.address && address - s.address < s.fileSize) {
                long skip = address - s.address;
                return file.slice(s.offset + skip, s.fileSize - skip);
            }
        }
        throw new MalformedException("address 0x" + Long.toHexString(address) + " is not in the file");
    }
}
