package io.goroscope.collector;

import io.goroscope.collector.call.CallFeed;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.process.Claims;
import io.goroscope.collector.publish.Dictionary;
import io.goroscope.collector.publish.ModeChange;
import io.goroscope.collector.publish.RecordSink;
import io.goroscope.collector.publish.SinkStatus;
import io.goroscope.collector.thread.ThreadEnd;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Moves events from the kernel's ring buffers to a sink, in one thread, until it is closed.
 *
 * <p>What it traces may come and go: each session that is added is a scope of its own, with its own processes and its own
 * epoch, since its function ids and its sequence numbers are its own. It owns the sessions and the sink: closing it
 * detaches every probe first, then drains what is left, tells every lane that it leaves, and closes the sink.
 */
public final class Collector implements AutoCloseable {

    /** How long the ring may fill before it is drained; waking up for each event would cost more than the event. */
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(20);

    /** The same where nothing comes: half of what the collector's ring takes at a million events a second. */
    private static final long LONGEST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(80);

    private static final long ORDER_POLL_MS = 100;
    private static final long NS_PER_S = 1_000_000_000L;

    private final CollectorConfig config;
    private final RecordSink sink;
    private final Claims claims;
    private final Thread thread;
    private final Queue<Dictionary> names = new ArrayDeque<>();
    private final Queue<FutureTask<Void>> orders = new ConcurrentLinkedQueue<>();
    // Changed by the collector's thread only, which replaces them; others may read.
    private volatile List<Scope> scopes = List.of();
    private CollectorStatus ended = CollectorStatus.NONE;
    private long lastEpochNs;
    private volatile boolean closing;
    private volatile RuntimeException failure;
    private volatile CollectorStatus status = CollectorStatus.NONE;

    private Collector(CollectorConfig config, RecordSink sink, Claims claims) {
        this.config = config;
        this.sink = sink;
        this.claims = claims;
        this.thread = new Thread(this::run, "goroscope-collector");
    }

    /**
     * Starts a collector that traces nothing yet.
     *
     * @param sink where records go; closed with the collector
     * @param claims who says which processes are free
     */
    public static Collector start(CollectorConfig config, RecordSink sink, Claims claims) {
        Collector collector = new Collector(config, sink, claims);
        collector.thread.start();
        return collector;
    }

    /**
     * Starts to collect from one session.
     *
     * @param session attached probes; closed with the collector, and at once where this fails, as the sink
     * @param plans what the session was opened with
     * @param pids processes to trace from the start; others join as they hit a probe, where the session lets them
     * @param sink where records go; closed with the collector
     */
    public static Collector start(
            ProbeSession session, List<ImagePlan> plans, List<Integer> pids, CollectorConfig config, RecordSink sink) {
        Collector collector = start(config, sink, Claims.NONE);
        try {
            collector.add(session, plans, pids, config.service(), Admission.ALL);
        } catch (RuntimeException e) {
            collector.close();
            throw e;
        }
        return collector;
    }

    /**
     * Begins to collect from a session; returns when that has begun.
     *
     * @param session attached probes; from now on the collector's, also where this fails
     * @param plans what the session was opened with
     * @param pids processes to trace from the start; others join as they hit a probe, where the session lets them
     * @param service service name of its processes, or empty for the executable's file name
     * @param admission which of them
     */
    public void add(
            ProbeSession session, List<ImagePlan> plans, List<Integer> pids, String service, Admission admission) {
        add(session, plans, pids, service, admission, null);
    }

    /**
     * The same with calls that are captured with their values.
     *
     * @param calls null for none; from now on the collector's, also where this fails
     */
    public void add(
            ProbeSession session,
            List<ImagePlan> plans,
            List<Integer> pids,
            String service,
            Admission admission,
            CallFeed calls) {
        try {
            order(() -> begin(session, plans, pids, service, admission, calls));
        } catch (RuntimeException e) {
            try (session;
                    calls) {
                throw e;
            }
        }
    }

    private void begin(
            ProbeSession session,
            List<ImagePlan> plans,
            List<Integer> pids,
            String service,
            Admission admission,
            CallFeed calls) {
        Instant now = Instant.now();
        long wallNs = now.getEpochSecond() * NS_PER_S + now.getNano();
        lastEpochNs = Math.max(wallNs, lastEpochNs + 1);
        ProcessTable processes = new ProcessTable(
                session,
                plans,
                config.withService(service),
                sink,
                lastEpochNs,
                wallNs - System.nanoTime(),
                admission,
                claims);
        for (ImagePlan plan : plans) {
            names.add(new Dictionary(plan, now.toEpochMilli()));
        }
        sendNames();
        try {
            for (int pid : pids) {
                processes.join(pid, System.nanoTime());
            }
        } catch (RuntimeException e) {
            processes.leaveAll(System.nanoTime());
            throw e;
        }
        List<Scope> more = new ArrayList<>(scopes);
        more.add(new Scope(session, processes, calls == null ? null : new ScopeCalls(calls, processes)));
        scopes = List.copyOf(more);
    }

    /** What the sink refuses waits for the next round. */
    private void sendNames() {
        while (!names.isEmpty() && names.peek().send(sink)) {
            names.remove();
        }
    }

    /** Detaches a session, sends what is left of it, and closes it; returns when that is done. */
    public void remove(ProbeSession session) {
        order(() -> scopes.stream()
                .filter(scope -> scope.session() == session)
                .findFirst()
                .ifPresent(this::end));
    }

    private void end(Scope scope) {
        try (scope) {
            scope.end();
        }
        ended = ended.plus(scope.processes().status());
        scopes = scopes.stream().filter(other -> !other.equals(scope)).toList();
    }

    /** Tells the stream of changes of modes in a session, behind all events that are in its ring by now; returns when that is done. */
    public void tell(ProbeSession session, List<ModeChange> changes) {
        order(() -> scopes.stream()
                .filter(scope -> scope.session() == session)
                .findFirst()
                .ifPresent(scope -> scope.tell(changes)));
    }

    /** Has the collector's thread do something, and waits until it has. */
    private void order(Runnable what) {
        FutureTask<Void> task = new FutureTask<>(what, null);
        orders.add(task);
        LockSupport.unpark(thread);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    task.get(ORDER_POLL_MS, TimeUnit.MILLISECONDS);
                    return;
                } catch (TimeoutException e) {
                    if (!thread.isAlive() && !task.isDone()) {
                        throw new IllegalStateException("the collector has ended", failure);
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** How things stand, as of the last round. */
    public CollectorStatus status() {
        return status;
    }

    /** How the processes of a session stand, as of the last reading of their counters; empty where it is not ours. */
    public List<ProcessStatus> processes(ProbeSession session) {
        return scopes.stream()
                .filter(scope -> scope.session() == session)
                .findFirst()
                .map(scope -> scope.processes().snapshot())
                .orElse(List.of());
    }

    /** How its sink stands. */
    public SinkStatus sinkStatus() {
        return sink.status();
    }

    /** Why the collector stopped by itself, or null. */
    public RuntimeException failure() {
        return failure;
    }

    /** Detaches, drains, says goodbye, and lets go of sessions and sink. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        if (ThreadEnd.await(thread)) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (sink) {
            long pauseNs = PAUSE_NS;
            while (!closing) {
                FutureTask<Void> order = orders.poll();
                if (order != null) {
                    order.run();
                }
                int events = round();
                pauseNs = events > 0 || order != null ? PAUSE_NS : Math.min(2 * pauseNs, LONGEST_PAUSE_NS);
                if (events < Scope.POLL_LIMIT && orders.isEmpty()) {
                    LockSupport.parkNanos(pauseNs);
                }
            }
            scopes.forEach(Scope::detach);
            while (!scopes.isEmpty()) {
                end(scopes.get(0));
            }
            sendNames();
            status = ended.plus(sink);
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            scopes.forEach(Scope::close);
        }
    }

    private int round() {
        sendNames();
        int events = 0;
        CollectorStatus now = ended;
        for (Scope scope : scopes) {
            events += scope.round();
            now = now.plus(scope.processes().status());
        }
        status = now.plus(sink);
        return events;
    }
}
