package io.goroscope.collector.binary.dwarf;

import io.goroscope.collector.binary.Bytes;
import io.goroscope.collector.binary.MalformedException;

/** A compilation unit: DWARF 5, section 7.5.1. gc makes one for each package. */
final class DebugUnit {

    private static final int UT_COMPILE = 0x01;
    private static final int UT_PARTIAL = 0x03;

    final DebugSections sections;
    final long offset;
    final long end;
    final int version;
    final int offsetSize;
    final int addressSize;
    final long firstEntry;
    private final long abbreviationsOffset;
    private Abbreviations abbreviations;
    private DebugEntry root;

    private DebugUnit(
            DebugSections sections,
            long offset,
            long end,
            int version,
            int offsetSize,
            int addressSize,
            long firstEntry,
            long abbreviationsOffset) {
        this.sections = sections;
        this.offset = offset;
        this.end = end;
        this.version = version;
        this.offsetSize = offsetSize;
        this.addressSize = addressSize;
        this.firstEntry = firstEntry;
        this.abbreviationsOffset = abbreviationsOffset;
    }

    /** The unit whose header is at an offset; null for one of a kind that holds no code. */
    static DebugUnit read(DebugSections sections, long offset) {
        Bytes info = sections.get("info");
        long length = info.u32(offset);
        int offsetSize = 4;
        long at = offset + 4;
        if (length == 0xffff_ffffL) {
            offsetSize = 8;
            length = info.i64(at);
            at += 8;
        }
        if (length < 8 || length > info.size() - at) {
            throw new MalformedException("a unit of " + length + " bytes at " + offset);
        }
        long end = at + length;
        int version = info.u16(at);
        at += 2;
        if (version < 2 || version > 5) {
            throw new MalformedException("DWARF version " + version + " at " + offset);
        }
        int type = UT_COMPILE;
        int addressSize;
        long abbreviations;
        if (version == 5) {
            type = info.u8(at);
            addressSize = info.u8(at + 1);
            abbreviations = offsetSize == 4 ? info.u32(at + 2) : info.i64(at + 2);
            at += 2 + offsetSize;
        } else {
            abbreviations = offsetSize == 4 ? info.u32(at) : info.i64(at);
            addressSize = info.u8(at + offsetSize);
            at += offsetSize + 1;
        }
        boolean code = type == UT_COMPILE || type == UT_PARTIAL;
        return new DebugUnit(sections, offset, end, version, offsetSize, addressSize, code ? at : end, abbreviations);
    }

    /** Where the next unit's header is. */
    long next() {
        return end;
    }

    Abbreviations abbreviations() {
        if (abbreviations == null) {
            abbreviations = new Abbreviations(sections.get("abbrev"), abbreviationsOffset);
        }
        return abbreviations;
    }

    /** The unit's own entry; null for an empty unit. */
    DebugEntry root() {
        if (root == null && firstEntry < end) {
            root = DebugEntry.read(this, firstEntry);
        }
        return root;
    }

    /** The table of addresses that an index points into. */
    long address(long index) {
        long base = root().number(Dw.AT_ADDR_BASE, 8);
        if (index < 0 || index > 1 << 28) {
            throw new MalformedException("address number " + index);
        }
        return sections.get("addr").i64(base + index * addressSize);
    }

    String indexedString(long index) {
        long base = root().number(Dw.AT_STR_OFFSETS_BASE, 8);
        if (index < 0 || index > 1 << 28) {
            throw new MalformedException("string number " + index);
        }
        Bytes offsets = sections.get("str_offsets");
        long at = base + index * offsetSize;
        return sections.get("str").cString(offsetSize == 4 ? offsets.u32(at) : offsets.i64(at));
    }
}
