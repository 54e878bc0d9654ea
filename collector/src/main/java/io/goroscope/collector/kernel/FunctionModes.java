package io.goroscope.collector.kernel;

import io.goroscope.collector.kernel.ProbeTable.Program;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What is done at each function of an adjustable session, changed while the probes are being hit. Functions are named by
 * their slots. What is no longer probed costs the traced programs nothing; what stays misses no call.
 *
 * <p>For use by one thread beside the one that polls. Methods take as long as the kernel does: some ms for each thousand
 * functions whose probes change.
 */
public final class FunctionModes {

    /** Small enough to be replaced in some tens of ms, large enough that closing links, which waits for RCU, is rare. */
    private static final int GROUP = 8192;

    private final SessionMaps maps;
    private final ModeTable modes;
    private final ProbeTable table;
    private final LinkMaker maker;
    private final List<LinkGroup> entries = new ArrayList<>();
    private final List<LinkGroup> returns = new ArrayList<>();
    private boolean closed;

    /** Attaches one program at places of one image. */
    @FunctionalInterface
    interface LinkMaker {
        Attachment link(int image, Program program, ProbeSet probes);
    }

    FunctionModes(SessionMaps maps, ProbeTable table, int images, LinkMaker maker) {
        this.maps = maps;
        this.modes = maps.modes();
        this.table = table;
        this.maker = maker;
        for (int slot = 0; slot < table.slots(); slot++) {
            modes.send(slot, false, false);
        }
        for (int image = 0; image < images; image++) {
            for (int from = 0; from < table.slots(); from += GROUP) {
                BitSet range = new BitSet();
                range.set(from, Math.min(table.slots(), from + GROUP));
                addGroup(entries, image, Program.ENTRY, range);
                addGroup(entries, image, Program.COUNT, range);
                addGroup(returns, image, Program.RETURN, range);
            }
        }
    }

    private void addGroup(List<LinkGroup> to, int image, Program program, BitSet range) {
        ProbeSet all = table.probes(image, program);
        if (all.of(range, 0).count() > 0) {
            to.add(new LinkGroup(modes, all, range, probes -> maker.link(image, program, probes)));
        }
    }

    /** Functions that can be timed: they have places where they return. */
    public BitSet timeable() {
        return table.slotsOf(Program.RETURN);
    }

    /** Functions whose entry the kernel single-steps. */
    public BitSet stepped() {
        return table.steppedEntries();
    }

    /** Probes the entries of just these functions. */
    public void probeEntries(BitSet slots) {
        probeEntries(slots, () -> true);
    }

    /**
     * The same as long as it may go on: asked before each group of functions.
     *
     * @return whether it went on to the end
     */
    public boolean probeEntries(BitSet slots, BooleanSupplier goesOn) {
        return bring(entries, slots, goesOn);
    }

    /** Probes the returns of just these functions. */
    public void probeReturns(BitSet slots) {
        probeReturns(slots, () -> true);
    }

    /** The same as long as it may go on; see {@link #probeEntries(BitSet, BooleanSupplier)}. */
    public boolean probeReturns(BitSet slots, BooleanSupplier goesOn) {
        return bring(returns, slots, goesOn);
    }

    private boolean bring(List<LinkGroup> groups, BitSet slots, BooleanSupplier goesOn) {
        for (LinkGroup group : groups) {
            if (!goesOn.getAsBoolean()) {
                return false;
            }
            synchronized (this) {
                requireOpen();
                group.bring(slots);
            }
        }
        return true;
    }

    /**
     * Probes the returns of some functions for a while, until the result is closed. They must be none of those of {@link
     * #probeReturns}.
     */
    public synchronized AutoCloseable probeReturnsForAWhile(BitSet slots) {
        requireOpen();
        List<Attachment> links = new ArrayList<>();
        for (int image = 0; image < table.images(); image++) {
            ProbeSet probes = table.probes(image, Program.RETURN).of(slots, 0);
            if (probes.count() > 0) {
                links.add(maker.link(image, Program.RETURN, probes));
            }
        }
        return () -> links.forEach(Attachment::close);
    }

    /** Whether entries and returns of a function are sent, where they are probed. */
    public synchronized void send(int slot, boolean entered, boolean returned) {
        requireOpen();
        modes.send(slot, entered, returned);
    }

    /** Takes every probe of a function away, as fast as can be: what it has counted by then stays. */
    public synchronized void removeAll() {
        requireOpen();
        maps.setActive(false); // from this instant on a hit costs no more than the trap
        closeGroups();
        maps.setActive(true);
    }

    private void closeGroups() {
        List<LinkGroup> all = new ArrayList<>(returns);
        all.addAll(entries);
        // Each waits until no program runs at its places: together they wait no longer than one.
        all.parallelStream().forEach(LinkGroup::close);
    }

    synchronized void close() {
        if (!closed) {
            closed = true;
            closeGroups();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the session is detached");
        }
    }
}
