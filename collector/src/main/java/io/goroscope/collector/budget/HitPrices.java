package io.goroscope.collector.budget;

import io.goroscope.collector.kernel.HitCost;

/**
 * What a call of a function costs the thread that makes it, by rung.
 *
 * @param countNs an entry that is counted, ns
 * @param entryNs an entry whose event is sent, ns
 * @param returnNs a return, or an entry that the kernel single-steps, ns
 */
public record HitPrices(double countNs, double entryNs, double returnNs) {

    /** The part of the time in which calls of a cycled function are timed from their beginning. */
    public static final double CYCLE_SHARE = 1.0 / 8;

    /** Returns stay probed twice as long, for calls that go on. */
    private static final double RETURN_SHARE = 2 * CYCLE_SHARE;

    /**
     * So much more a hit costs in a program that does something else between its calls than in the calibration's loop, which
     * finds all of it in the caches: measured by the CPU time of Caddy's requests with and without some twenty functions
     * counted, 1.45 and 1.47 times (docs/budget.md).
     */
    private static final double OUT_OF_LOOP = 1.5;

    /** What was measured on this machine, as programs feel it. */
    public static HitPrices of(HitCost cost) {
        return new HitPrices(cost.countNs(), cost.entryNs(), cost.returnNs()).times(OUT_OF_LOOP);
    }

    /** The same, so many times as dear. */
    public HitPrices times(double factor) {
        return new HitPrices(countNs * factor, entryNs * factor, returnNs * factor);
    }

    /** Ns of CPU time per call. */
    public double perCallNs(Rung rung, boolean steppedEntry) {
        double counted = steppedEntry ? returnNs : countNs;
        double sent = counted + entryNs - countNs;
        return switch (rung) {
            case PAIRS -> sent + returnNs;
            case CYCLED -> counted + CYCLE_SHARE * (sent - counted) + RETURN_SHARE * returnNs;
            case COUNTS -> counted;
            case OFF -> 0;
        };
    }
}
