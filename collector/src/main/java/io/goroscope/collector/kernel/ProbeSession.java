package io.goroscope.collector.kernel;

import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.schemas.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jnr.ffi.Pointer;

/**
 * Plans, attached: from {@link #open} to {@link #close} each call of their functions is counted and, in mode PAIRS, sent.
 * That begins, and ends, for all probes at one moment: a return without an entry is of a call that was open at the
 * beginning, an entry without a return of one that was open at the end.
 *
 * <p>One thread polls. Counters may be read, and processes registered, by any thread, also from within the handler.
 */
public final class ProbeSession implements AutoCloseable {

    /** Takes cumulative counters. */
    @FunctionalInterface
    public interface CounterVisitor {
        /**
         * One function's counters.
         *
         * @param slot function, see {@link #functionOf}
         * @param calls calls since the probes were attached: exact
         * @param lost events (entries and returns) of this function that found no room in the ring
         */
        void onCounter(int slot, long calls, long lost);
    }

    /** As in {@code goroscope.bpf.c}. */
    private static final int TRACKED_CHILDREN = 1;

    private static final int TRACKED_REFUSED = 2;

    private final Object ringLock = new Object();
    private final SessionOptions options;
    private final ProbeTable table;
    private final SessionMaps maps;
    private final SessionLinks links;
    private final EarlyCounters early;
    private final UserStacks stacks;
    private final Map<Integer, ProcessCounters> processes = new HashMap<>();
    private final List<ImageFile> files;
    private FunctionModes modes;
    private List<StackCount> stackCounts = List.of();
    private long attachNs;
    private boolean closed;

    private ProbeSession(SessionOptions options, ProbeTable table, SessionMaps maps, List<ImageFile> files) {
        this.options = options;
        this.files = options.adjustable() ? files : new ArrayList<>();
        this.table = table;
        this.maps = maps;
        this.links = new SessionLinks(maps);
        this.early = new EarlyCounters(maps.mapFd("early"));
        this.stacks = new UserStacks(maps.mapFd("stacks"), maps.mapFd("stack_counts"), table::functionOf);
    }

    /**
     * Loads the programs and attaches every {@code Probeable} function of the plans. On failure nothing stays attached.
     *
     * @param plans one for each image; no two of the same file
     * @throws UserException no permission, a feature that the kernel lacks, a process that is gone, a file that was
     *     replaced since it was planned, an instruction that the kernel refuses
     */
    public static ProbeSession open(List<ImagePlan> plans, SessionOptions options) {
        return open(plans, options, KernelFeatures.probe());
    }

    static ProbeSession open(List<ImagePlan> plans, SessionOptions options, KernelFeatures features) {
        requireDistinct(plans);
        plans.forEach(plan -> requireArchitecture(plan.image()));
        options.processIds().forEach(ProbeSession::requireAlive);
        features.require();
        List<ImageFile> files = new ArrayList<>();
        boolean kept = false;
        try {
            plans.forEach(plan -> files.add(ImageFile.open(plan.image())));
            boolean executeReturns = options.executeReturns() && features.registerWrites();
            ProbeTable table = new ProbeTable(plans, files, options, executeReturns);
            ProbeSession session =
                    new ProbeSession(options, table, SessionMaps.load(table, options, features, executeReturns), files);
            session.attach(files, features);
            kept = options.adjustable();
            return session;
        } finally {
            if (!kept) {
                files.forEach(ImageFile::close);
            }
        }
    }

    /** A probe in a file for another machine would never fire: what is wrong is better said. */
    private static void requireArchitecture(Image image) {
        String machine = System.getProperty("os.arch").equals("aarch64") ? "arm64" : System.getProperty("os.arch");
        if (!image.architecture().equals(machine)) {
            throw new UserException("cannot attach to " + image.displayPath() + ": it is built for "
                    + image.architecture() + ", and this machine is " + machine
                    + "; only 'goroscope list' works on it here");
        }
    }

    private void attach(List<ImageFile> files, KernelFeatures features) {
        try {
            links.followProcesses();
            options.processIds().forEach(this::register);
            long start = System.nanoTime();
            if (options.adjustable()) {
                modes = links.adjustable(features.attacher(), table, files, linkFilter(features));
                BitSet all = new BitSet();
                all.set(0, table.slots());
                modes.probeMarkers();
                modes.probeEntries(all);
            } else {
                links.attach(features.attacher(), table, files, linkFilter(features));
            }
            maps.setActive(true);
            attachNs = System.nanoTime() - start;
            options.processIds().forEach(ProbeSession::requireAlive);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private int linkFilter(KernelFeatures features) {
        boolean one = options.processIds().size() == 1 && !options.followChildren();
        return options.spareOthers() && one && features.soundPidFilter()
                ? options.processIds().iterator().next()
                : 0;
    }

    /**
     * Drains the ring without allocation or system call.
     *
     * @return how many records were handed over; fewer than {@code limit} means that the ring is empty
     */
    public int poll(RingHandler handler, int limit) {
        synchronized (ringLock) {
            return maps.ring().poll(handler, limit);
        }
    }

    /** Bytes in the ring that wait to be polled. */
    public long backlogBytes() {
        synchronized (ringLock) {
            return maps.ring().backlogBytes();
        }
    }

    /** How many functions have a slot: slots go from 0 to this, exclusively. */
    public int slots() {
        return table.slots();
    }

    /**
     * Index of the function's plan in the list given to {@link #open}, shifted left by 24, and its number in the image; -1
     * for {@link RingHandler#NO_SLOT}.
     */
    public int functionOf(int slot) {
        return slot == RingHandler.NO_SLOT ? -1 : table.functionOf(slot);
    }

    /** Functions of the plans that were not attached, and why. */
    public List<LeftOut> leftOut() {
        return List.copyOf(table.leftOut());
    }

    /** How many places are probed, markers included. */
    public int probes() {
        return table.probes();
    }

    /** How long attaching took, ns. */
    public long attachNs() {
        return attachNs;
    }

    /**
     * Gives a process counters of its own, until it execs. Calls that it made before are taken over, so none is missed; where
     * only chosen processes count, this is what chooses them. Registering one twice changes nothing.
     */
    public synchronized void register(int tgid) {
        requireOpen();
        if (!processes.containsKey(tgid)) {
            register(tgid, EarlyCounters.ANY_LIFE);
        }
    }

    /**
     * The same for one life of a process, as {@link RingHandler#onProcess} told of it: after an exec this replaces the
     * counters of the life before, which are final by then: read them first.
     *
     * @param kernelExecId the kernel's self_exec_id
     */
    public synchronized void register(int tgid, int kernelExecId) {
        requireOpen();
        register(tgid, Integer.toUnsignedLong(kernelExecId));
    }

    private void register(int tgid, long execId) {
        ProcessCounters counters = maps.newCounters(table.slots(), execId);
        try {
            put("tracked", tgid, options.followChildren() ? TRACKED_CHILDREN : 0);
            // The kernel waits (synchronize_rcu) until no program uses the map as it was: so what is early is final.
            put("counters", tgid, counters.mapFd());
            early.take(tgid, execId, counters::add);
        } catch (RuntimeException e) {
            counters.close();
            throw e;
        }
        ProcessCounters before = processes.put(tgid, counters);
        if (before != null) {
            before.close();
        }
    }

    /** Drops a process and its counters: read them before. If it is alive and any process counts, it will be seen anew. */
    public synchronized void unregister(int tgid) {
        requireOpen();
        Pointer key = NativeMemory.allocate(Integer.BYTES);
        key.putInt(0, tgid);
        Bpf.delete(maps.mapFd("counters"), key);
        Bpf.delete(maps.mapFd("tracked"), key);
        ProcessCounters counters = processes.remove(tgid);
        if (counters != null) {
            counters.close();
        }
        if (maps.statistic(Statistic.EARLY) > 0) {
            early.take(tgid, EarlyCounters.ANY_LIFE, (slot, calls, lost) -> {});
        }
    }

    /**
     * Has the hits of a process count for nothing until it execs, where any process is traced. Its counters go, if it has any:
     * read them before.
     */
    public synchronized void refuse(int tgid) {
        requireOpen();
        put("tracked", tgid, TRACKED_REFUSED);
        ProcessCounters counters = processes.remove(tgid);
        if (counters != null) {
            Pointer key = NativeMemory.allocate(Integer.BYTES);
            key.putInt(0, tgid);
            Bpf.delete(maps.mapFd("counters"), key);
            counters.close();
        }
        early.take(tgid, EarlyCounters.ANY_LIFE, (slot, calls, lost) -> {});
    }

    /** What is done at each function, where the session is adjustable. */
    public FunctionModes modes() {
        if (modes == null) {
            throw new IllegalStateException("the session is not adjustable");
        }
        return modes;
    }

    /** The processes that are registered. */
    public synchronized List<Integer> processes() {
        return List.copyOf(processes.keySet());
    }

    /** Calls of a function in a process, exact. */
    public synchronized long calls(int tgid, int slot) {
        return registered(tgid).calls(slot);
    }

    /** Events of a function in a process that found no room. */
    public synchronized long lost(int tgid, int slot) {
        return registered(tgid).lost(slot);
    }

    /** Visits every function that a process has called; it need not be registered. */
    public synchronized void visitCounters(int tgid, CounterVisitor visitor) {
        requireOpen();
        ProcessCounters counters = processes.get(tgid);
        if (counters != null) {
            counters.visit(visitor, false);
        } else {
            early.visit(tgid, visitor);
        }
    }

    /**
     * Calls of all functions in a process, exact; it need not be registered.
     *
     * @return by slot
     */
    public synchronized long[] calls(int tgid) {
        requireOpen();
        long[] calls = new long[table.slots()];
        ProcessCounters counters = processes.get(tgid);
        if (counters != null) {
            counters.copyCalls(calls);
        } else {
            early.visit(tgid, (slot, count, lost) -> calls[slot] = count);
        }
        return calls;
    }

    /** Hits so far; much cheaper than to read what each function has. */
    public synchronized Hits hits() {
        requireOpen();
        return maps.hits();
    }

    /** Goroutines of a process that were seen to end: hits that are no calls. 0 until it is registered. */
    public synchronized long ends(int tgid) {
        requireOpen();
        ProcessCounters counters = processes.get(tgid);
        return counters == null ? 0 : counters.ends();
    }

    /** Visits the functions of a registered process whose counters changed since this was called last for it. */
    public synchronized void visitChangedCounters(int tgid, CounterVisitor visitor) {
        registered(tgid).visit(visitor, true);
    }

    /**
     * The user stacks by which calls came, with their exact counts so far; empty unless {@link SessionOptions#stacks} says
     * that they are wanted. After {@link #close()} the last ones.
     */
    public synchronized List<StackCount> stackCounts() {
        if (!closed && options.stacks() > 0) {
            stackCounts = stacks.read();
        }
        return stackCounts;
    }

    /** Events of all processes that were lost in the kernel. */
    public synchronized long lostTotal() {
        requireOpen();
        return maps.statistic(Statistic.LOST) + maps.runStatistics().recursionMisses();
    }

    /** One of the figures that the programs keep about themselves. */
    public synchronized long statistic(Statistic statistic) {
        requireOpen();
        return maps.statistic(statistic);
    }

    /** Has the kernel measure how long programs run, until the result is closed; empty where this process may not. */
    public Optional<AutoCloseable> countRunTime() {
        try {
            return Optional.of(Bpf.enableRunStatistics());
        } catch (KernelException e) {
            return Optional.empty();
        }
    }

    /** What the kernel has counted about the programs at the probes. */
    public synchronized RunStatistics runStatistics() {
        requireOpen();
        return maps.runStatistics();
    }

    /** Detaches every probe; what is in the ring and the counters can still be read. */
    public synchronized void detach() {
        requireOpen();
        closeLinks();
    }

    private void closeLinks() {
        maps.setActive(false);
        if (modes != null) {
            modes.close();
        }
        links.close();
    }

    /** Detaches every probe and gives everything back. What is still in the ring is gone: poll before. */
    @Override
    public synchronized void close() {
        synchronized (ringLock) {
            if (!closed) {
                closeLinks();
                files.forEach(ImageFile::close);
                files.clear();
                stackCounts();
                closed = true;
                processes.values().forEach(ProcessCounters::close);
                processes.clear();
                maps.close();
            }
        }
    }

    private void put(String map, int tgid, int value) {
        Pointer key = NativeMemory.allocate(Integer.BYTES);
        Pointer data = NativeMemory.allocate(Integer.BYTES);
        key.putInt(0, tgid);
        data.putInt(0, value);
        Bpf.update(maps.mapFd(map), key, data, Bpf.ANY);
    }

    private ProcessCounters registered(int tgid) {
        requireOpen();
        ProcessCounters counters = processes.get(tgid);
        if (counters == null) {
            throw new IllegalStateException("process " + tgid + " is not registered");
        }
        return counters;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
    }

    private static void requireAlive(int pid) {
        if (!Files.exists(Path.of("/proc/" + pid))) {
            throw new UserException("cannot attach to pid=" + pid + ": no such process");
        }
    }

    private static void requireDistinct(List<ImagePlan> plans) {
        Set<String> files = new HashSet<>();
        for (ImagePlan plan : plans) {
            if (!files.add(plan.image().device() + ":" + plan.image().inode())) {
                throw new IllegalArgumentException(
                        "two plans are about " + plan.image().displayPath());
            }
        }
    }
}
