package io.goroscope.collector;

import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.RingHandler;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.process.ProcessIdentity;
import io.goroscope.collector.publish.RecordSink;
import io.goroscope.collector.publish.TracedProcess;
import io.goroscope.collector.publish.TracedProcess.Origin;
import io.goroscope.schemas.avro.FunctionCount;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LifecycleKind;
import io.goroscope.schemas.avro.ProcessId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * The processes that are traced, by pid. Gives each event to its process, notices processes that start, exec and end,
 * and reads their exact counters.
 */
final class ProcessTable implements RingHandler {

    private static final String ALL = "all";

    private final ProbeSession session;
    private final CollectorConfig config;
    private final RecordSink sink;
    private final Origin origin;
    private final List<ImageRef> images;
    private final Int2ObjectHashMap<Entry> byPid = new Int2ObjectHashMap<>();
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
            long wallOffsetNs) {
        this.session = session;
        this.config = config;
        this.sink = sink;
        this.origin = new Origin(config.name(), epochNs, wallOffsetNs, config.lanes());
        this.images = plans.stream()
                .map(ImagePlan::image)
                .map(image -> new ImageRef(image.buildId(), image.displayPath()))
                .toList();
    }

    /** One life of a process, and its counters as they were read last. */
    private static final class Entry {
        final TracedProcess process;
        final long[] slotCalls;
        final long[] slotLost;
        long calls;
        long lost;
        long reportedLost;

        Entry(TracedProcess process, int slots) {
            this.process = process;
            this.slotCalls = new long[slots];
            this.slotLost = new long[slots];
        }
    }

    /** Begins to trace a process. */
    void join(int pid, long nowNs) {
        session.register(pid);
        begin(pid, 0, nowNs);
    }

    /** After an exec, the same pid is another program. The kernel has closed the counters of the life before. */
    private void liveOn(int pid, Entry before, int kernelExecId, long nowNs) {
        int execId = 0;
        if (before != null) {
            leave(pid, LifecycleKind.PROCESS_END, "exec", nowNs);
            execId = before.process.id().getExecId() + 1;
        }
        session.register(pid, kernelExecId);
        begin(pid, execId, nowNs);
    }

    private void begin(int pid, int execId, long nowNs) {
        Entry entry = new Entry(process(pid, execId, nowNs), session.slots());
        byPid.put(pid, entry);
        entry.process.happened(LifecycleKind.COLLECTOR_START, -1, config.name(), nowNs);
        entry.process.happened(LifecycleKind.ATTACH, -1, ALL, nowNs);
    }

    private TracedProcess process(int pid, int execId, long nowNs) {
        ProcessIdentity identity = ProcessIdentity.read(pid, config.host());
        ProcessId id = identity.toProcessId(execId);
        String exe = identity.exe().isEmpty() ? images.get(0).getPath() : identity.exe();
        String service = config.service().isEmpty() ? fileName(exe) : config.service();
        return new TracedProcess(id, origin, exe, service, images, nowNs, sink);
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
        joinIfNew(tgid, timeNs);
        int function = slot == NO_SLOT ? 0 : session.functionOf(slot);
        byPid.get(tgid).process.event(timeNs, identity, depth, function, what, generation, segment);
    }

    @Override
    public void onProcess(ProcessEvent event, long timeNs, int tgid, long detail, long startBootNs, int kernelExecId) {
        Entry known = byPid.get(tgid);
        switch (event) {
            case SEEN -> joinIfNew(tgid, kernelExecId, timeNs);
            case FORK -> joinIfNew((int) detail, kernelExecId, timeNs);
            case EXEC -> liveOn(tgid, known, kernelExecId, timeNs);
            case EXIT -> {
                if (known != null) {
                    leave(tgid, LifecycleKind.PROCESS_END, "wait status " + detail, timeNs);
                    session.unregister(tgid);
                }
            }
        }
    }

    private void joinIfNew(int pid, long nowNs) {
        if (!byPid.containsKey(pid)) {
            join(pid, nowNs);
        }
    }

    /** The same for one life of it: it may have exec'd by the time that this is read. */
    private void joinIfNew(int pid, int kernelExecId, long nowNs) {
        if (!byPid.containsKey(pid)) {
            session.register(pid, kernelExecId);
            begin(pid, 0, nowNs);
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
        }
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
        long refused = endedRefused + sink.lost();
        long calls = endedCalls;
        for (Entry entry : byPid.values()) {
            events += entry.process.events();
            lost += entry.lost;
            refused += entry.process.refusedEvents();
            calls += entry.calls;
        }
        return new CollectorStatus(byPid.size(), events, lost, refused, calls);
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
