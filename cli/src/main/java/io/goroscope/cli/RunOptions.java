package io.goroscope.cli;

import io.goroscope.schemas.UserException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Option;

/** How long a command runs, and how often it prints. */
final class RunOptions {

    private static final long SHORTEST_POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LONGEST_POLL_NS = TimeUnit.MILLISECONDS.toNanos(250);

    /** The end of what has run for long may be noticed a little later. */
    private static final long POLLS = 100;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "SECONDS",
            description = "Print every so many seconds, each time what has come since.")
    private double intervalS;

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "SECONDS",
            description = "End after so many seconds (default: at Ctrl-C, or when the traced command or process ends).")
    private double durationS;

    @Option(names = "--json", description = "Print one JSON object a line on stdout; all else goes to stderr.")
    private boolean json;

    boolean json() {
        return json;
    }

    boolean hasInterval() {
        return intervalS > 0;
    }

    /** Refuses times that mean nothing. */
    void check() {
        if (intervalS < 0 || durationS < 0) {
            throw new UserException("-i and -d take a number of seconds above 0");
        }
    }

    /**
     * Waits to the end, printing at each interval.
     *
     * @param ended true once what is traced has ended
     * @param atInterval prints; called at each interval but the last, whose end the caller prints
     */
    void run(BooleanSupplier ended, Runnable atInterval) {
        run(ended, atInterval, intervalS);
    }

    /** The same at an interval that the command chooses, 0 for none. */
    void run(BooleanSupplier ended, Runnable atInterval, double everyS) {
        long start = System.nanoTime();
        long end = durationS > 0 ? start + (long) (durationS * 1e9) : Long.MAX_VALUE;
        long interval = everyS > 0 ? (long) (everyS * 1e9) : Long.MAX_VALUE;
        long next = everyS > 0 ? start + interval : Long.MAX_VALUE;
        while (!ended.getAsBoolean()) {
            long now = System.nanoTime();
            if (now >= end) {
                return;
            }
            if (now >= next) {
                atInterval.run();
                next += interval;
            }
            long poll = Math.max(SHORTEST_POLL_NS, Math.min(LONGEST_POLL_NS, (now - start) / POLLS));
            long wait = Math.min(poll, Math.min(end, next) - now);
            if (Interruption.await(Math.max(1, wait), TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }
}
