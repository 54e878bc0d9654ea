package io.goroscope.streams.crash;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Spreads the publishing of a stream over what happens meanwhile: nine tenths over the time that it should take, and of the
 * rest ever less, so that the stream never runs out before {@link #finish}.
 */
final class Pace {

    private final long records;
    private final long plannedNs;
    private final long startNs = System.nanoTime();
    private volatile boolean finished;
    private long published;

    Pace(long records, Duration planned) {
        this.records = records;
        this.plannedNs = planned.toNanos();
    }

    /** Waits until the next record may be published. */
    void await() {
        while (!finished && published >= due()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        published++;
    }

    private double due() {
        double time = (System.nanoTime() - startNs) / (double) plannedNs;
        return records * (time < 1 ? 0.9 * time : 1 - 0.1 / time);
    }

    /** The rest may go at once. */
    void finish() {
        finished = true;
    }
}
