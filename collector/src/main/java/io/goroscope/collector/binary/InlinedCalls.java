package io.goroscope.collector.binary;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How often each function was inlined into another, by the inline trees.
 *
 * <p>Trees were laid out by the compiler: a call that it inlined and then found unreachable is not counted.
 */
final class InlinedCalls {

    private InlinedCalls() {}

    /** The functions that have a copy of one, in the order of their addresses. */
    static List<String> hosts(Elf elf, Pclntab pclntab, OptionalLong funcdataBase, String inlined) {
        List<String> hosts = new ArrayList<>();
        for (int i = 0; i < pclntab.size(); i++) {
            InlineTree tree = InlineTree.of(elf, pclntab, pclntab.record(i), funcdataBase);
            int calls = tree == null ? 0 : tree.size();
            for (int call = 0; call < calls; call++) {
                if (InlineTree.name(pclntab, tree.nameOffset(call)).equals(inlined)) {
                    hosts.add(pclntab.name(i));
                    break;
                }
            }
        }
        return hosts;
    }

    /**
     * Counts them.
     *
     * @param funcdataBase {@code moduledata.gofunc}, which funcdata is relative to from Go 1.18 on
     * @return copies by name; names that were never inlined are not there
     */
    static Map<String, Integer> count(Elf elf, Pclntab pclntab, OptionalLong funcdataBase) {
        Map<Long, int[]> countByNameOffset = new HashMap<>();
        for (int i = 0; i < pclntab.size(); i++) {
            InlineTree tree = InlineTree.of(elf, pclntab, pclntab.record(i), funcdataBase);
            int calls = tree == null ? 0 : tree.size();
            for (int call = 0; call < calls; call++) {
                countByNameOffset.computeIfAbsent(tree.nameOffset(call), n -> new int[1])[0]++;
            }
        }
        Map<String, Integer> counts = new HashMap<>();
        countByNameOffset.forEach((offset, n) -> counts.merge(InlineTree.name(pclntab, offset), n[0], Integer::sum));
        return counts;
    }
}
