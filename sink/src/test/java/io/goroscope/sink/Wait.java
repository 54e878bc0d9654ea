package io.goroscope.sink;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, with a limit. */
public final class Wait {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long STEP_NS = 50_000_000;

    private Wait() {}

    /** Returns when the condition holds; fails after a minute. */
    public static void until(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(STEP_NS);
        }
    }
}
