package io.goroscope.collector.kernel;

import java.util.BitSet;

/**
 * One program at the functions of a range of slots, by one link. A link cannot be changed; another takes its place, and no
 * hit between is missed or handled twice.
 */
final class LinkGroup implements Attachment {

    /** Attaches a set of places. */
    @FunctionalInterface
    interface Linker {
        Attachment link(ProbeSet probes);
    }

    private final ModeTable modes;
    private final ProbeSet places;
    private final BitSet range;
    private final Linker linker;
    private BitSet attached = new BitSet();
    private Attachment link;
    private int side;

    /**
     * @param places the program's places, of these functions and others
     * @param range the slots of the functions
     */
    LinkGroup(ModeTable modes, ProbeSet places, BitSet range, Linker linker) {
        this.modes = modes;
        this.places = places.of(range, 0);
        this.range = range;
        this.linker = linker;
    }

    /** Has its program at just those of its functions that are wanted. */
    void bring(BitSet wanted) {
        BitSet next = (BitSet) range.clone();
        next.and(wanted);
        if (next.equals(attached)) {
            return;
        }
        int newer = 1 - side;
        ProbeSet probes = places.of(next, newer);
        modes.beginHandover(range, newer);
        try {
            Attachment older = link;
            link = probes.count() == 0 ? null : linker.link(probes);
            attached = next;
            side = newer;
            if (older != null) {
                older.close();
            }
        } finally {
            modes.endHandover(range);
        }
    }

    @Override
    public void close() {
        if (link != null) {
            link.close();
            link = null;
        }
        attached = new BitSet();
    }
}
