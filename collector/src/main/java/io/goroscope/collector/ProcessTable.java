package io.goroscope.collector;

import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.RingHandler;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.process.Claims;
import io.goroscope.collector.process.ProcessIdentity;
import io.goroscope.collector.process.ProcessLocks;
import io.goroscope.collector.publish.ModeChange;
import io.goroscope.collector.publish.RecordSink;
import io.goroscope.collector.publish.TracedProcess;
import io.goroscope.collector.publish.TracedProcess.Origin;
import io.goroscope.schemas.ModeDetail;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.Capture;
import io.goroscope.schemas.avro.FunctionCount;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LifecycleKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntHashSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes that are traced, by pid. Gives each event to its process, notices processes that start, exec and end,
 * and reads their exact counters.
 */
final class ProcessTable implements RingHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessTable.class);
    private static final String ALL = "all";
    private static final long ANY_LIFE = -1;

    private final ProbeSession session;
    private final CollectorConfig config;
    private final RecordSink sink;
    private final Origin origin;
    private final List<ImageRef> images;
    private final Admission admission;
    private final Claims claims;
    private final Int2ObjectHashMap<Entry> byPid = new Int2ObjectHashMap<>();
    // What is done at functions where that is not what their plan says: processes that join later are told as well.
    private final Map<Integer, String> modes = new HashMap<>();
    private final IntHashSet refused = new IntHashSet();
    private Runnable beforeLeaving = () -> {};
    private volatile List<ProcessStatus> snapshot = List.of();
    private long countsAtNs = System.nanoTime();
    private long endedEvents;
    private long endedLost;
    private long endedRefused;
    private long endedCalls;

    ProcessTable(
            ProbeSession session,
            List<ImagePlan> plans,
            CollectorConfig config,
            RecordSink sink,
            long epochNs,
            long wallOffsetNs,
            Admission admission,
            Claims claims) {
        this.session = session;
        this.config = config;
        this.sink = sink;
        this.admission = admission;
        this.claims = claims;
        this.origin = new Origin(config.name(), epochNs, wallOffsetNs, config.lanes());
        this.images = plans.stream()
                .map(ImagePlan::image)
                .map(image -> new ImageRef(image.buildId(), image.displayPath()))
                .toList();
    }

    /** One life of a process, and its counters as they were read last. */
    private static final class Entry {
        final ProcessIdentity identity;
        final String service;
        final TracedProcess process;
        final long[] slotCalls;
        final long[] slotLost;
        long calls;
        long lost;
        long reportedLost;

        Entry(ProcessIdentity identity, String service, TracedProcess process, int slots) {
            this.identity = identity;
            this.service = service;
            this.process = process;
            this.slotCalls = new long[slots];
            this.slotLost = new long[slots];
        }

        ProcessStatus status() {
            return new ProcessStatus(
                    identity.pid(),
                    identity.startTicks(),
                    service,
                    identity.exe(),
                    process.events(),
                    lost,
                    process.refusedEvents(),
                    calls);
        }
    }

    /**
     * Begins to trace a process that was chosen by its id.
     *
     * @throws UserException if another collector has it
     */
    void join(int pid, long nowNs) {
        ProcessIdentity identity = ProcessIdentity.read(pid, config.labelled(config.host()));
        if (!claims.take(identity)) {
            throw new UserException(ProcessLocks.refusal(pid, claims.holder(identity)));
        }
        session.register(pid);
        begin(identity, 0, nowNs);
    }

    /**
     * Begins to trace one life of a process that has shown up by itself, if it is one of ours.
     *
     * @param startBootNs its start as the kernel says it, or 0: it may be gone
     * @param kernelExecId which life, or {@link #ANY_LIFE}: it may have exec'd by the time that this is read
     * @param execId how many lives of it were traced before
     */
    private void admit(int pid, long startBootNs, long kernelExecId, int execId, long nowNs) {
        ProcessIdentity identity =
                ProcessIdentity.read(pid, config.labelled(config.host())).orStartedAt(startBootNs);
        if (!admission.admits(pid)) {
            refuse(pid);
        } else if (!claims.take(identity)) {
            LOG.warn(ProcessLocks.refusal(pid, claims.holder(identity)));
            refuse(pid);
        } else {
            refused.remove(pid);
            if (kernelExecId == ANY_LIFE) {
                session.register(pid);
            } else {
                session.register(pid, (int) kernelExecId);
            }
            begin(identity, execId, nowNs);
        }
    }

    private void refuse(int pid) {
        refused.add(pid);
        session.refuse(pid);
    }

    private void begin(ProcessIdentity identity, int execId, long nowNs) {
        String exe = identity.exe().isEmpty() ? images.get(0).getPath() : identity.exe();
        String service = config.labelled(config.service().isEmpty() ? fileName(exe) : config.service());
        TracedProcess process =
                new TracedProcess(identity.toProcessId(execId), origin, exe, service, images, nowNs, sink);
        byPid.put(identity.pid(), new Entry(identity, service, process, session.slots()));
        process.happened(LifecycleKind.COLLECTOR_START, -1, config.name(), nowNs);
        process.happened(LifecycleKind.ATTACH, -1, ALL, nowNs);
        modes.forEach((function, mode) -> process.happened(LifecycleKind.MODE, function, mode, nowNs));
    }

    /** Has something done before a process that has ended is let go of: what is left of it elsewhere belongs before its end. */
    void beforeLeaving(Runnable what) {
        beforeLeaving = what;
    }

    boolean isTraced(int pid) {
        return byPid.containsKey(pid);
    }

    /** Takes a call of a traced process. */
    void captured(int pid, Capture capture) {
        byPid.get(pid).process.captured(capture);
    }

    @Override
    public void onEvent(
            long timeNs,
            int tgid,
            int tid,
            long identity,
            long depth,
            long segment,
            int slot,
            int place,
            int what,
            int generation) {
        Entry entry = byPid.get(tgid);
        if (entry == null) {
            if (refused.contains(tgid)) {
                return;
            }
            // What told of it found no room in the ring.
            admit(tgid, 0, ANY_LIFE, 0, timeNs);
            entry = byPid.get(tgid);
            if (entry == null) {
                return;
            }
        }
        int function = slot == NO_SLOT ? 0 : session.functionOf(slot);
        entry.process.event(timeNs, identity, depth, function, what, generation, segment);
    }

    @Override
    public void onProcess(ProcessEvent event, long timeNs, int tgid, long detail, long startBootNs, int kernelExecId) {
        Entry known = byPid.get(tgid);
        switch (event) {
            case SEEN -> {
                if (known == null) {
                    admit(tgid, startBootNs, kernelExecId, 0, timeNs);
                }
            }
            case FORK -> {
                if (!byPid.containsKey((int) detail)) {
                    admit((int) detail, 0, kernelExecId, 0, timeNs);
                }
            }
            case EXEC -> {
                // The kernel has closed the counters of the life before.
                int execId = 0;
                if (known != null) {
                    beforeLeaving.run();
                    leave(tgid, LifecycleKind.PROCESS_END, "exec", timeNs);
                    execId = known.process.id().getExecId() + 1;
                }
                admit(tgid, startBootNs, kernelExecId, execId, timeNs);
            }
            case EXIT -> {
                refused.remove(tgid);
                if (known != null) {
                    beforeLeaving.run();
                    leave(tgid, LifecycleKind.PROCESS_END, "wait status " + detail, timeNs);
                    session.unregister(tgid);
                }
            }
        }
    }

    /** Tells every process of what is done at functions from now on. */
    void tell(List<ModeChange> changes, long nowNs) {
        for (ModeChange change : changes) {
            int function = session.functionOf(change.slot());
            if (!ModeDetail.isWithinCycle(change.detail())) {
                modes.put(function, change.detail());
            }
            byPid.values()
                    .forEach(entry -> entry.process.happened(LifecycleKind.MODE, function, change.detail(), nowNs));
        }
    }

    /** Sends what has waited long enough, and counters when it is time. */
    void flush(long nowNs) {
        boolean countsDue = nowNs - countsAtNs >= config.countsEvery().toNanos();
        byPid.forEach((pid, entry) -> {
            if (countsDue) {
                readCounts(pid, entry, false, nowNs);
            }
            flush(entry, config.linger().toNanos(), nowNs);
        });
        if (countsDue) {
            countsAtNs = nowNs;
            snapshot = byPid.values().stream().map(Entry::status).toList();
        }
    }

    /** How the processes stood when their counters were read last. May be asked by any thread. */
    List<ProcessStatus> snapshot() {
        return snapshot;
    }

    /** Ends the tracing of every process. */
    void leaveAll(long nowNs) {
        for (int pid : byPid.keySet().stream().mapToInt(Integer::intValue).toArray()) {
            byPid.get(pid).process.happened(LifecycleKind.DETACH, -1, ALL, nowNs);
            leave(pid, LifecycleKind.COLLECTOR_END, config.name(), nowNs);
        }
    }

    CollectorStatus status() {
        long events = endedEvents;
        long lost = endedLost;
        long refusedEvents = endedRefused;
        long calls = endedCalls;
        for (Entry entry : byPid.values()) {
            events += entry.process.events();
            lost += entry.lost;
            refusedEvents += entry.process.refusedEvents();
            calls += entry.calls;
        }
        return new CollectorStatus(byPid.size(), events, lost, refusedEvents, calls);
    }

    private void leave(int pid, LifecycleKind why, String detail, long nowNs) {
        Entry entry = byPid.remove(pid);
        readCounts(pid, entry, true, nowNs);
        entry.process.happened(why, -1, detail, nowNs);
        entry.process.finish(nowNs, lost(entry) - entry.reportedLost);
        endedEvents += entry.process.events();
        endedLost += entry.lost;
        endedRefused += entry.process.refusedEvents();
        endedCalls += entry.calls;
        claims.release(entry.identity);
    }

    private void flush(Entry entry, long lingerNs, long nowNs) {
        long lost = lost(entry);
        if (entry.process.flush(nowNs, lingerNs, config.heartbeat().toNanos(), lost - entry.reportedLost)) {
            entry.reportedLost = lost;
        }
    }

    /** Of the ring, and of what the sink refused or had to give up. */
    private long lost(Entry entry) {
        return entry.lost + entry.process.refusedEvents() + sink.lost(entry.process.id(), origin.epoch());
    }

    private void readCounts(int pid, Entry entry, boolean last, long nowNs) {
        List<FunctionCount> changed = new ArrayList<>();
        session.visitChangedCounters(pid, (slot, calls, lost) -> {
            changed.add(new FunctionCount(session.functionOf(slot), calls, lost));
            entry.calls += calls - entry.slotCalls[slot];
            entry.lost += lost - entry.slotLost[slot];
            entry.slotCalls[slot] = calls;
            entry.slotLost[slot] = lost;
        });
        if (!changed.isEmpty() || last) {
            entry.process.counts(changed, last, nowNs);
        }
    }

    private static String fileName(String exe) {
        Path name = Path.of(exe).getFileName();
        return name == null ? exe : name.toString();
    }
}
