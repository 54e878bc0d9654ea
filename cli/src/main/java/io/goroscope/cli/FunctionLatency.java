package io.goroscope.cli;

import io.goroscope.collector.kernel.HitCost;
import io.goroscope.streams.histogram.LatencyHistogram;
import io.goroscope.streams.histogram.Log2Histogram;
import io.goroscope.streams.pairing.AbandonReason;
import java.util.EnumMap;
import java.util.Map;

/** What a terminal command knows of the calls of one function, or of several together. */
final class FunctionLatency {

    final Log2Histogram rows;
    final LatencyHistogram distribution = new LatencyHistogram();
    final Map<AbandonReason, Long> abandoned = new EnumMap<>(AbandonReason.class);
    long selfNs;
    long nestedCalls;
    long open;
    long oldestOpenNs;
    long unmatched;
    long uncertain;

    FunctionLatency(Log2Histogram.Unit unit) {
        rows = new Log2Histogram(unit);
    }

    /** The sum of several. */
    static FunctionLatency sum(Log2Histogram.Unit unit, Iterable<FunctionLatency> parts) {
        FunctionLatency sum = new FunctionLatency(unit);
        for (FunctionLatency part : parts) {
            sum.rows.add(part.rows);
            sum.distribution.add(part.distribution);
            part.abandoned.forEach((reason, count) -> sum.abandoned.merge(reason, count, Long::sum));
            sum.selfNs += part.selfNs;
            sum.nestedCalls += part.nestedCalls;
            sum.open += part.open;
            sum.oldestOpenNs = Math.max(sum.oldestOpenNs, part.oldestOpenNs);
            sum.unmatched += part.unmatched;
            sum.uncertain += part.uncertain;
        }
        return sum;
    }

    /**
     * A call returned.
     *
     * @param ownNs its duration without the traced calls within it
     * @param nested how many traced calls were within it, at any depth
     */
    void paired(long durationNs, long ownNs, long nested) {
        rows.record(durationNs);
        distribution.record(durationNs);
        selfNs += ownNs;
        nestedCalls += nested;
    }

    /** A call ended without a return, or is open at the end of the tracing ({@link AbandonReason#DETACH}). */
    void abandoned(AbandonReason reason, long openNs) {
        if (reason == AbandonReason.DETACH) {
            open++;
            oldestOpenNs = Math.max(oldestOpenNs, openNs);
        } else {
            abandoned.merge(reason, 1L, Long::sum);
        }
    }

    /**
     * What of the durations the probes took: of each call what lies between its own two times, and all of the calls within
     * it. Ns, at most all of it.
     */
    long probesNs(HitCost each) {
        double pairNs = each.entryNs() + each.returnNs();
        return Math.min(distribution.sumNs(), (long) (paired() * each.insideNs() + nestedCalls * pairNs));
    }

    long paired() {
        return distribution.count();
    }

    long abandonedTotal() {
        return abandoned.values().stream().mapToLong(Long::longValue).sum();
    }
}
