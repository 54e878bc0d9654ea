package io.goroscope.collector.binary;

import java.util.OptionalLong;

/**
 * The calls that the compiler replaced by copies of their functions' bodies, of one function: pclntab keeps them for
 * tracebacks, so they are there in stripped files as well.
 *
 * <p>A tree is an array of such calls, innermost ones first or last; the table {@code PCDATA_InlTreeIndex} gives the
 * innermost one for each instruction, −1 for those of the function itself. Its largest value bounds the array, whose
 * length is written nowhere. A call names the instruction whose position is that of the call in its caller
 * ({@code parentPc}): so one climbs from copy to copy. Source: {@code runtime/symtabinl.go} (Go 1.26),
 * {@code runtime/symtab.go} and {@code traceback.go} (1.15).
 * <pre>
 *                      to Go 1.19                        from Go 1.20
 *   size of a call     20                                16
 *   name offset        at 12                             at 4
 *   parentPc           at 16                             at 8
 *   FUNCDATA_InlTree   4 (Go 1.15), 3 (Go 1.16 and later)
 * </pre>
 */
final class InlineTree {

    private static final int PCDATA_TREE_INDEX = 2;
    private static final long NO_DATA = 0xffff_ffffL;

    /** More than any function has; a broken table could claim two billion. */
    private static final int MOST_CALLS = 1_000_000;

    private final Pclntab pclntab;
    private final PclntabFormat format;
    private final long indexTable;
    private final Bytes calls;

    private InlineTree(Pclntab pclntab, long indexTable, Bytes calls) {
        this.pclntab = pclntab;
        this.format = pclntab.format();
        this.indexTable = indexTable;
        this.calls = calls;
    }

    /**
     * The tree of one function.
     *
     * @param record the function's
     * @param funcdataBase {@code moduledata.gofunc}, which funcdata is relative to from Go 1.18 on; empty if not known
     * @return null for a function that nothing was inlined into, or whose tree is not in the file
     */
    static InlineTree of(Elf elf, Pclntab pclntab, Bytes record, OptionalLong funcdataBase) {
        PclntabFormat format = pclntab.format();
        long pcdataCount = record.u32(format.pcdataCountField());
        if (record.u8(format.bytesField() + 3) <= format.inlineTreeFuncdata()) {
            return null;
        }
        long indexTable = indexTable(format, record);
        if (indexTable == 0) {
            return null;
        }
        long address = address(format, record, pcdataCount, funcdataBase);
        if (address == 0 || elf.fileOffset(address) < 0) {
            return null;
        }
        return new InlineTree(pclntab, indexTable, elf.at(address));
    }

    /** Offset of the table that gives the innermost call for each instruction; 0 for a function without one. */
    static long indexTable(PclntabFormat format, Bytes record) {
        return record.u32(format.pcdataCountField()) <= PCDATA_TREE_INDEX
                ? 0
                : record.u32(format.pcdataStart() + PCDATA_TREE_INDEX * 4L);
    }

    /** 0 where there is none. */
    private static long address(PclntabFormat format, Bytes record, long pcdataCount, OptionalLong funcdataBase) {
        long start = format.pcdataStart() + pcdataCount * 4;
        if (format.relative()) {
            long offset = record.u32(start + format.inlineTreeFuncdata() * 4L);
            return offset == NO_DATA || funcdataBase.isEmpty() ? 0 : funcdataBase.getAsLong() + offset;
        }
        // Pointers, aligned in memory; a record itself starts at a multiple of 8.
        long aligned = (start + 7) & ~7L;
        return record.i64(aligned + format.inlineTreeFuncdata() * 8L);
    }

    /** The innermost call whose copy the instruction belongs to; −1 for none. */
    int callAt(long distance) {
        return PcTable.at(pclntab.pcTables(), indexTable, pclntab.quantum(), distance);
    }

    /** How many calls there are. */
    int size() {
        int[] largest = {-1};
        PcTable.walk(
                pclntab.pcTables(),
                indexTable,
                pclntab.quantum(),
                (pc, value) -> largest[0] = Math.max(largest[0], value));
        return largest[0] > MOST_CALLS ? 0 : largest[0] + 1;
    }

    /** Offset of the called function's name among the names. */
    long nameOffset(int call) {
        return calls.u32((long) call * format.inlinedCallSize() + format.inlinedNameField());
    }

    /**
     * The name at such an offset, as the function table has it: trees write type arguments out, the table {@code [...]}
     * (Go's {@code cmd/link/internal/ld/pcln.go}, {@code nameParts}).
     */
    static String name(Pclntab pclntab, long nameOffset) {
        String name = pclntab.names().cString(nameOffset);
        int open = name.indexOf('[');
        int close = name.lastIndexOf(']');
        return open < 0 || close < open ? name : name.substring(0, open) + "[...]" + name.substring(close + 1);
    }

    /** Bytes from the function's start to an instruction that has the position of the call in its caller. */
    long callSite(int call) {
        return calls.u32((long) call * format.inlinedCallSize() + format.inlinedNameField() + 4);
    }
}
