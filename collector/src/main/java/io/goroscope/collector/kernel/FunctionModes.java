package io.goroscope.collector.kernel;

import io.goroscope.collector.kernel.ProbeTable.Program;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What is done at each function of an adjustable session, changed while the probes are being hit. Functions are named by
 * their slots. What is no longer probed costs the traced programs nothing; what stays misses no call.
 *
 * <p>For use by one thread beside the one that polls. Methods take as long as the kernel does: some ms for each thousand
 * functions whose probes change.
 */
public final class FunctionModes {

    /** With so much of the cost gone, what is left costs next to nothing. */
    private static final double HOT_SHARE = 0.999;

    private final SessionMaps maps;
    private final ModeTable modes;
    private final ProbeTable table;
    private final LinkMaker maker;
    private final List<LinkGroups> entries = new ArrayList<>();
    private final List<LinkGroups> returns = new ArrayList<>();
    private final List<LinkGroup> markers = new ArrayList<>();
    private final List<LinkGroup> ends = new ArrayList<>();
    private final List<LinkGroup> passing = new ArrayList<>();
    private boolean endsMarked = true;
    private boolean closed;

    private record Weighed(LinkGroup group, double cost) {}

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
            add(entries, image, Program.ENTRY);
            add(entries, image, Program.COUNT);
            add(returns, image, Program.RETURN);
        }
    }

    private void add(List<LinkGroups> to, int image, Program program) {
        ProbeSet all = table.probes(image, program);
        if (all.count() > 0) {
            to.add(new LinkGroups(this, modes, all, probes -> maker.link(image, program, probes)));
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
        if (!slots.isEmpty()) {
            probeMarkers();
        }
        return bring(returns, slots, goesOn);
    }

    /**
     * They explain how frames end, so they are wanted where calls are timed. They come before entries: where one is traced as
     * well, its frame is there when it tells of others.
     */
    synchronized void probeMarkers() {
        requireOpen();
        probe(markers, Program.MARKER);
        if (endsMarked) {
            probe(ends, Program.END);
        }
    }

    private void probe(List<LinkGroup> links, Program program) {
        for (int image = 0; links.size() < table.images(); image++) {
            ProbeSet places = table.probes(image, program);
            Attachment link = places.count() == 0 ? null : maker.link(image, program, places);
            links.add(new LinkGroup(new BitSet(), new BitSet(), link));
        }
    }

    /**
     * Whether a marker tells of each goroutine's end; at first it does. Every goroutine hits it, and a server may have one for
     * each request. Without it a call stays open where its return was lost, until the process ends; calls that a Goexit ends
     * are known by that.
     */
    public synchronized void markEnds(boolean wanted) {
        requireOpen();
        if (wanted == endsMarked) {
            return;
        }
        endsMarked = wanted;
        if (wanted) {
            probe(ends, Program.END);
            maps.setEndsMarked(true);
        } else {
            maps.setEndsMarked(false);
            Attachments.closeAll(ends);
            ends.clear();
        }
    }

    private static boolean bring(List<LinkGroups> programs, BitSet slots, BooleanSupplier goesOn) {
        for (LinkGroups program : programs) {
            if (!program.bring(slots, goesOn)) {
                return false;
            }
        }
        return true;
    }

    /** What part of the cost lies on functions that are in small groups; 1 where there is none. */
    public synchronized double arranged(double[] costs) {
        BitSet hot = new BitSet();
        entries.forEach(program -> hot.or(program.hot()));
        double all = 0;
        for (double cost : costs) {
            all += cost;
        }
        return all > 0 ? hot.stream().mapToDouble(slot -> costs[slot]).sum() / all : 1;
    }

    /**
     * Puts functions that are called into small groups, those that cost most together, so that {@link #removeAll} takes
     * them first; and probes the entries of just those that are wanted.
     *
     * @param costs what each function costs, by slot, in any unit; 0 where it is not called
     */
    public void arrange(double[] costs, BitSet entriesOf) {
        int[] hottestFirst = IntStream.range(0, costs.length)
                .filter(slot -> costs[slot] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer slot) -> -costs[slot]))
                .mapToInt(Integer::intValue)
                .toArray();
        entries.forEach(program -> program.arrange(hottestFirst, entriesOf));
        returns.forEach(program -> program.arrange(hottestFirst, program.attached()));
    }

    /**
     * Probes the returns of some functions for a while, until the result is closed. They must be none of those of {@link
     * #probeReturns}.
     */
    public synchronized AutoCloseable probeReturnsForAWhile(BitSet slots) {
        requireOpen();
        probeMarkers();
        List<LinkGroup> links = new ArrayList<>();
        for (int image = 0; image < table.images(); image++) {
            ProbeSet probes = table.probes(image, Program.RETURN).of(slots, new BitSet());
            if (probes.count() > 0) {
                links.add(new LinkGroup(slots, slots, maker.link(image, Program.RETURN, probes)));
            }
        }
        passing.addAll(links);
        return () -> end(links);
    }

    private void end(List<LinkGroup> links) {
        Attachments.closeAll(links);
        synchronized (this) {
            passing.removeAll(links);
        }
    }

    /** Whether entries and returns of a function are sent, where they are probed. */
    public synchronized void send(int slot, boolean entered, boolean returned) {
        requireOpen();
        modes.send(slot, entered, returned);
    }

    /**
     * Takes every probe of a function away, as fast as can be: what it has counted by then stays. The kernel takes 5 to 20 µs
     * for each place, so those that cost most go first.
     *
     * @param costs what each function costs, by slot, in any unit
     */
    public synchronized Removal removeAll(double[] costs) {
        requireOpen();
        long begun = System.nanoTime();
        maps.setActive(false); // from this instant on a hit costs no more than the trap
        List<Weighed> dearest = takeGroups().stream()
                .map(group -> new Weighed(group, group.weight(costs)))
                .sorted(Comparator.comparingDouble(Weighed::cost).reversed())
                .toList();
        double all = dearest.stream().mapToDouble(Weighed::cost).sum();
        double gone = 0;
        int hot = 0;
        while (hot < dearest.size() && gone < HOT_SHARE * all) {
            gone += dearest.get(hot++).cost();
        }
        List<LinkGroup> inOrder = dearest.stream().map(Weighed::group).toList();
        List<LinkGroup> first = takeMarkers(); // few, and every goroutine hits one
        first.addAll(inOrder.subList(0, hot));
        Attachments.closeAll(first);
        long hotNs = System.nanoTime() - begun;
        Attachments.closeAll(inOrder.subList(hot, inOrder.size()));
        maps.setActive(true);
        return new Removal(hotNs, all > 0 ? gone / all : 1, System.nanoTime() - begun);
    }

    private List<LinkGroup> takeMarkers() {
        List<LinkGroup> taken = new ArrayList<>(markers);
        taken.addAll(ends);
        markers.clear();
        ends.clear();
        return taken;
    }

    private List<LinkGroup> takeGroups() {
        List<LinkGroup> taken = new ArrayList<>(passing);
        passing.clear();
        Stream.of(returns, entries).flatMap(List::stream).forEach(program -> taken.addAll(program.takeAll()));
        taken.removeIf(group -> group.link() == null);
        return taken;
    }

    synchronized void close() {
        if (!closed) {
            closed = true;
            List<LinkGroup> all = takeGroups();
            all.addAll(takeMarkers());
            Attachments.closeAll(all);
        }
    }

    boolean isOpen() {
        return !closed;
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the session is detached");
        }
    }
}
