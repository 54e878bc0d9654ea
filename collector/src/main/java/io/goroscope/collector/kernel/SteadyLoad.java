package io.goroscope.collector.kernel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Writes calls into a collector's ring at an even rate, on a thread of its own, until it is closed. */
public final class SteadyLoad implements AutoCloseable {

    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final double NS_PER_S = 1e9;
    private static final int EVENTS_PER_CALL = 2;

    /** As many as a busy service has at work at once. */
    private static final int GOROUTINES = 64;

    private final RingLoad ring;
    private final int pid;
    private final double callsPerNs;
    private final Thread thread = new Thread(this::run, "goroscope-load");
    private volatile boolean closing;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();

    private SteadyLoad(RingLoad ring, int pid, double eventsPerS) {
        this.ring = ring;
        this.pid = pid;
        this.callsPerNs = eventsPerS / EVENTS_PER_CALL / NS_PER_S;
    }

    /**
     * Begins.
     *
     * @param collector process id of the collector
     * @param pid process whose calls they are
     */
    public static SteadyLoad start(int collector, int pid, double eventsPerS) {
        SteadyLoad load = new SteadyLoad(RingLoad.into(collector), pid, eventsPerS);
        load.thread.start();
        return load;
    }

    private void run() {
        long begin = System.nanoTime();
        while (!closing) {
            long due = (long) ((System.nanoTime() - begin) * callsPerNs) - calls.get();
            if (due > 0) {
                lost.addAndGet(ring.write(pid, 0, (int) due, GOROUTINES));
                calls.addAndGet(due);
            }
            LockSupport.parkNanos(STEP_NS);
        }
    }

    /** Events written so far. */
    public long events() {
        return calls.get() * EVENTS_PER_CALL - lost.get();
    }

    /** Events that found no room in the ring. */
    public long lost() {
        return lost.get();
    }

    /** Writes no more, and returns how many events it wrote. */
    public long stop() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return events();
    }

    @Override
    public void close() {
        var unused = stop();
        ring.close();
    }
}
