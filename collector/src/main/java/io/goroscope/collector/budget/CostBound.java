package io.goroscope.collector.budget;

import io.goroscope.collector.kernel.Hits;
import io.goroscope.collector.kernel.ProbeSession;

/**
 * The most that tracing can have cost lately, from two figures. To read what each of 30,000 functions has, seven times a
 * second, takes 0.8 % of a CPU, and costs the traced program 2 to 3 % of its throughput: it empties the caches
 * (docs/budget.md).
 */
final class CostBound {

    private static final double NS_PER_S = 1e9;

    private final ProbeSession session;
    /** Whether the kernel single-steps some of the entries. */
    private final boolean steppedEntries;

    private Hits before = new Hits(0, 0);
    private long beforeNs = System.nanoTime();

    CostBound(ProbeSession session) {
        this.session = session;
        this.steppedEntries = !session.modes().stepped().isEmpty();
    }

    /** Ns of CPU time per second since this was asked for last, at most, of all processes together. */
    double since(long nowNs, HitPrices prices) {
        Hits now = session.hits();
        double entryNs = prices.entryNs() + (steppedEntries ? prices.returnNs() : 0);
        double costNs =
                (now.entries() - before.entries()) * entryNs + (now.returns() - before.returns()) * prices.returnNs();
        double perS = costNs * NS_PER_S / Math.max(1, nowNs - beforeNs);
        before = now;
        beforeNs = nowNs;
        return perS;
    }
}
