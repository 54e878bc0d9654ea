package io.goroscope.collector.binary;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How often each function was inlined into another: from the inline trees that pclntab keeps for tracebacks, so they
 * are there in stripped files as well.
 *
 * <p>A function's tree is an array of calls that were inlined into it, one call of each place; the table
 * {@code PCDATA_InlTreeIndex} gives the innermost one for each instruction, so its largest value bounds the array,
 * whose length is written nowhere. Source: {@code runtime/symtabinl.go} (Go 1.26), {@code runtime/symtab.go} (1.15).
 * <pre>
 *                      to Go 1.19                        from Go 1.20
 *   size of a call     20                                16
 *   name offset        at 12                             at 4
 *   FUNCDATA_InlTree   4 (Go 1.15), 3 (Go 1.16 and later)
 * </pre>
 * Trees were laid out by the compiler: a call that it inlined and then found unreachable is not counted.
 */
final class InlinedCalls {

    private static final int PCDATA_TREE_INDEX = 2;
    private static final long NO_DATA = 0xffff_ffffL;

    /** More than any function has; a broken table could claim two billion. */
    private static final int MOST_CALLS = 1_000_000;

    private final Elf elf;
    private final Pclntab pclntab;
    private final PclntabFormat format;
    private final OptionalLong funcdataBase;
    private final Map<Long, int[]> countByNameOffset = new HashMap<>();

    private InlinedCalls(Elf elf, Pclntab pclntab, OptionalLong funcdataBase) {
        this.elf = elf;
        this.pclntab = pclntab;
        this.format = pclntab.format();
        this.funcdataBase = funcdataBase;
    }

    /**
     * Counts them.
     *
     * @param funcdataBase {@code moduledata.gofunc}, which funcdata is relative to from Go 1.18 on
     * @return copies by name; names that were never inlined are not there
     */
    static Map<String, Integer> count(Elf elf, Pclntab pclntab, OptionalLong funcdataBase) {
        if (pclntab.format().relative() && funcdataBase.isEmpty()) {
            return Map.of();
        }
        InlinedCalls calls = new InlinedCalls(elf, pclntab, funcdataBase);
        for (int i = 0; i < pclntab.size(); i++) {
            calls.add(pclntab.record(i));
        }
        Map<String, Integer> counts = new HashMap<>();
        calls.countByNameOffset.forEach(
                (offset, n) -> counts.merge(pclntab.names().cString(offset), n[0], Integer::sum));
        return counts;
    }

    private void add(Bytes record) {
        long tree = treeAddress(record);
        if (tree == 0) {
            return;
        }
        long tables = record.u32(format.pcdataStart() + PCDATA_TREE_INDEX * 4L);
        if (tables == 0) {
            return;
        }
        int[] largest = {-1};
        PcTable.walk(
                pclntab.pcTables(), tables, pclntab.quantum(), (pc, value) -> largest[0] = Math.max(largest[0], value));
        if (largest[0] < 0 || largest[0] > MOST_CALLS || elf.fileOffset(tree) < 0) {
            return;
        }
        Bytes calls = elf.at(tree);
        for (int i = 0; i <= largest[0]; i++) {
            long name = calls.u32((long) i * format.inlinedCallSize() + format.inlinedNameField());
            countByNameOffset.computeIfAbsent(name, n -> new int[1])[0]++;
        }
    }

    /** 0 for a function that nothing was inlined into. */
    private long treeAddress(Bytes record) {
        long pcdataCount = record.u32(format.pcdataCountField());
        int funcdataCount = record.u8(format.bytesField() + 3);
        if (pcdataCount <= PCDATA_TREE_INDEX || funcdataCount <= format.inlineTreeFuncdata()) {
            return 0;
        }
        long start = format.pcdataStart() + pcdataCount * 4;
        if (format.relative()) {
            long offset = record.u32(start + format.inlineTreeFuncdata() * 4L);
            return offset == NO_DATA ? 0 : funcdataBase.getAsLong() + offset;
        }
        // Pointers, aligned in memory; a record itself starts at a multiple of 8.
        long aligned = (start + 7) & ~7L;
        return record.i64(aligned + format.inlineTreeFuncdata() * 8L);
    }
}
