package io.goroscope.collector.kernel;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * One program in one image, by several links that come and go apart. Where a link takes the place of another, no hit
 * between is missed or handled twice.
 */
final class LinkGroups {

    /** Taken away in 5 to 20 ms: where calls come of a sudden, few groups carry them, since packages lie together. */
    private static final int PLACES = 1024;

    /** Of what is called most. */
    private static final int HOT_PLACES = 512;

    /** Attaches a set of places. */
    @FunctionalInterface
    interface Linker {
        Attachment link(ProbeSet probes);
    }

    private final FunctionModes owner;
    private final ModeTable modes;
    private final ProbeSet places;
    private final int[] placesOf;
    private final BitSet slots = new BitSet();
    private final Linker linker;
    // All functions, in the order of their slots.
    private final List<BitSet> ranges;
    private List<LinkGroup> groups;
    private BitSet hot = new BitSet();
    // Replaced, and still attached.
    private final List<LinkGroup> leaving = new ArrayList<>();
    private final BitSet handedOver = new BitSet();
    // While two links are at a place they differ in the side that their cookies say.
    private final BitSet sides = new BitSet();

    /**
     * @param owner the lock for all that changes
     * @param places all places of the program in the image
     */
    LinkGroups(FunctionModes owner, ModeTable modes, ProbeSet places, Linker linker) {
        this.owner = owner;
        this.modes = modes;
        this.places = places;
        this.placesOf = places.countBySlot();
        IntStream.range(0, placesOf.length).filter(slot -> placesOf[slot] > 0).forEach(slots::set);
        this.linker = linker;
        this.ranges = parts(slots.stream(), PLACES);
        this.groups = new ArrayList<>(ranges.stream().map(LinkGroup::detached).toList());
    }

    /**
     * Has the program at just those of its functions that are wanted.
     *
     * @param goesOn asked before each link that is made, without a lock: it may take everything away
     * @return false where it did not go on to the end
     */
    boolean bring(BitSet wanted, BooleanSupplier goesOn) {
        try {
            for (int i = 0; i < groups.size(); i++) {
                LinkGroup group = groups.get(i);
                BitSet on = (BitSet) group.range().clone();
                on.and(wanted);
                if (!on.equals(group.attached())) {
                    if (!goesOn.getAsBoolean()) {
                        return false;
                    }
                    replace(i, on);
                }
            }
            return true;
        } finally {
            endHandover();
        }
    }

    /**
     * The same, in other groups: functions that are called often are together in small groups, which can be taken away
     * within a moment.
     *
     * @param hottestFirst functions that are called, in this order
     */
    void arrange(int[] hottestFirst, BitSet wanted) {
        synchronized (owner) {
            Map<BitSet, LinkGroup> before = new HashMap<>();
            groups.forEach(group -> before.put(group.range(), group));
            groups = new ArrayList<>();
            for (BitSet range : split(hottestFirst)) {
                LinkGroup same = before.remove(range);
                groups.add(same == null ? LinkGroup.detached(range) : same);
            }
            leaving.addAll(before.values());
        }
        bring(wanted, () -> true);
    }

    /** The functions that are in small groups for being called often. */
    BitSet hot() {
        return (BitSet) hot.clone();
    }

    private void replace(int index, BitSet on) {
        synchronized (owner) {
            owner.requireOpen();
            LinkGroup group = groups.get(index);
            // Whatever is at these places now is on the other side.
            BitSet newer = (BitSet) sides.clone();
            newer.xor(group.range());
            modes.beginHandover(group.range(), newer);
            handedOver.or(group.range());
            Attachment link = on.isEmpty() ? null : linker.link(places.of(on, newer));
            sides.xor(group.range());
            groups.set(index, new LinkGroup(group.range(), on, link));
            leaving.add(group);
        }
    }

    private void endHandover() {
        synchronized (owner) {
            Attachments.closeAll(leaving);
            leaving.clear();
            if (owner.isOpen()) {
                modes.endHandover(handedOver);
            }
            handedOver.clear();
        }
    }

    /** Those that are called most at the end: they are replaced last, and so for the shortest time. */
    private List<BitSet> split(int[] hottestFirst) {
        BitSet chosen = new BitSet();
        IntStream.of(hottestFirst).filter(slots::get).forEach(chosen::set);
        hot = chosen;
        List<BitSet> parts = new ArrayList<>();
        for (BitSet range : ranges) {
            BitSet rest = (BitSet) range.clone();
            rest.andNot(chosen);
            if (!rest.isEmpty()) {
                parts.add(rest);
            }
        }
        List<BitSet> hottest = parts(IntStream.of(hottestFirst).filter(slots::get), HOT_PLACES);
        Collections.reverse(hottest);
        parts.addAll(hottest);
        return parts;
    }

    private List<BitSet> parts(IntStream chosen, int most) {
        List<BitSet> parts = new ArrayList<>();
        int filled = most;
        for (int slot : chosen.toArray()) {
            if (filled >= most) {
                parts.add(new BitSet());
                filled = 0;
            }
            parts.get(parts.size() - 1).set(slot);
            filled += placesOf[slot];
        }
        return parts;
    }

    /** The functions that have the program now. */
    BitSet attached() {
        BitSet all = new BitSet();
        groups.forEach(group -> all.or(group.attached()));
        return all;
    }

    /** Forgets the links, those that were replaced as well: the caller closes them. */
    List<LinkGroup> takeAll() {
        List<LinkGroup> taken = new ArrayList<>(groups);
        taken.addAll(leaving);
        leaving.clear();
        groups.replaceAll(group -> LinkGroup.detached(group.range()));
        return taken;
    }
}
