package io.goroscope.collector.budget;

import java.util.concurrent.TimeUnit;

/** The last resort: when everything is detached at once, and when it may come back. */
final class Breaker {

    /** So much of the budget. */
    static final double TRIPS_AT = 2;

    private static final long FIRST_PAUSE_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NS = TimeUnit.MINUTES.toNanos(5);
    /** After so long without a trip the next pause is the first again. */
    private static final long FORGIVEN_NS = TimeUnit.MINUTES.toNanos(5);

    private long pauseNs = FIRST_PAUSE_NS;
    private long trippedAtNs;
    private boolean open;
    private long trips;

    /**
     * Takes the load of now.
     *
     * @param load cost by budget
     * @return true where everything is to be detached
     */
    boolean trips(long nowNs, double load) {
        if (open || load < TRIPS_AT) {
            return false;
        }
        pauseNs = trips > 0 && nowNs - trippedAtNs < FORGIVEN_NS
                ? Math.min(LONGEST_PAUSE_NS, 2 * pauseNs)
                : FIRST_PAUSE_NS;
        trippedAtNs = nowNs;
        open = true;
        trips++;
        return true;
    }

    /** True once, when the pause after a trip is over. */
    boolean closes(long nowNs) {
        if (!open || nowNs - trippedAtNs < pauseNs) {
            return false;
        }
        open = false;
        return true;
    }

    /** True while everything is detached. */
    boolean isOpen() {
        return open;
    }

    /** How often it tripped. */
    long trips() {
        return trips;
    }
}
