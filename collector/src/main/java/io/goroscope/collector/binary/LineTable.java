package io.goroscope.collector.binary;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Source positions of gc's code, by pclntab's tables of files and lines and its inline trees: what the runtime itself
 * prints in a traceback, so stripped files have them too.
 *
 * <p>The tables give the position of the innermost copy; that of the call that was inlined is the position of the
 * instruction that the tree names for it. Source: {@code runtime/symtabinl.go} (Go 1.26).
 */
final class LineTable {

    /** Deeper than gc inlines; a broken tree may go round. */
    private static final int DEEPEST = 256;

    private final Elf elf;
    private final Pclntab pclntab;
    private final OptionalLong funcdataBase;

    LineTable(Elf elf, Pclntab pclntab, OptionalLong funcdataBase) {
        this.elf = elf;
        this.pclntab = pclntab;
        this.funcdataBase = funcdataBase;
    }

    /** See {@link GoProgram#framesAt}. */
    List<SourceFrame> framesAt(int index, long address) {
        if (address >= pclntab.address(pclntab.size())) {
            return List.of();
        }
        Bytes record = pclntab.record(index);
        InlineTree tree = InlineTree.of(elf, pclntab, record, funcdataBase);
        List<SourceFrame> frames = new ArrayList<>(2);
        long distance = address - pclntab.address(index);
        while (tree != null && frames.size() < DEEPEST) {
            int call = tree.callAt(distance);
            if (call < 0) {
                break;
            }
            frames.add(frame(InlineTree.name(pclntab, tree.nameOffset(call)), record, distance, true));
            distance = tree.callSite(call);
        }
        frames.add(frame(pclntab.name(index), record, distance, false));
        return frames;
    }

    private SourceFrame frame(String function, Bytes record, long distance, boolean inlined) {
        return new SourceFrame(function, pclntab.fileAt(record, distance), pclntab.lineAt(record, distance), inlined);
    }
}
