package io.goroscope.collector;

import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.publish.Dictionary;
import io.goroscope.collector.publish.RecordSink;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Moves events from the kernel's ring buffer to a sink, in one thread, until it is closed.
 *
 * <p>It owns the session and the sink: closing it detaches every probe first, then drains what is left, tells every lane
 * that it leaves, and closes the sink.
 */
public final class Collector implements AutoCloseable {

    /** How long the ring may fill before it is drained; waking up for each event would cost more than the event. */
    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final int POLL_LIMIT = 64 * 1024;
    private static final long NS_PER_S = 1_000_000_000L;

    private final ProbeSession session;
    private final RecordSink sink;
    private final ProcessTable processes;
    private final Thread thread;
    private volatile boolean closing;
    private volatile RuntimeException failure;
    private volatile CollectorStatus status;

    private Collector(ProbeSession session, RecordSink sink, ProcessTable processes) {
        this.session = session;
        this.sink = sink;
        this.processes = processes;
        this.thread = new Thread(this::run, "goroscope-collector");
        this.status = CollectorStatus.NONE;
    }

    /**
     * Starts to collect.
     *
     * @param session attached probes; closed with the collector
     * @param plans what the session was opened with
     * @param pids processes to trace from the start; others join as they hit a probe, where the session lets them
     * @param sink where records go; closed with the collector
     */
    public static Collector start(
            ProbeSession session, List<ImagePlan> plans, List<Integer> pids, CollectorConfig config, RecordSink sink) {
        Instant now = Instant.now();
        long wallNs = now.getEpochSecond() * NS_PER_S + now.getNano();
        ProcessTable processes = new ProcessTable(session, plans, config, sink, wallNs, wallNs - System.nanoTime());
        for (ImagePlan plan : plans) {
            Dictionary.publish(plan, now.toEpochMilli(), sink);
        }
        for (int pid : pids) {
            processes.join(pid, System.nanoTime());
        }
        Collector collector = new Collector(session, sink, processes);
        collector.thread.start();
        return collector;
    }

    /** How things stand, as of the last round. */
    public CollectorStatus status() {
        return status;
    }

    /** Why the collector stopped by itself, or null. */
    public RuntimeException failure() {
        return failure;
    }

    /** Detaches, drains, says goodbye, and lets go of session and sink. */
    @Override
    public void close() {
        closing = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (sink;
                session) {
            while (!closing) {
                if (round() == 0) {
                    LockSupport.parkNanos(IDLE_NS);
                }
            }
            session.detach();
            while (round() > 0) {
                // What was in the ring when the last probe went.
            }
            processes.leaveAll(System.nanoTime());
            status = processes.status();
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private int round() {
        int events = session.poll(processes, POLL_LIMIT);
        processes.flush(System.nanoTime());
        status = processes.status();
        return events;
    }
}
