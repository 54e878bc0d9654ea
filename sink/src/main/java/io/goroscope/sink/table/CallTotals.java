package io.goroscope.sink.table;

import io.goroscope.schemas.avro.CallSummary;
import io.goroscope.schemas.avro.Distribution;
import io.goroscope.schemas.avro.Totals;

/**
 * What is known of the calls of a function: of one lane, or the sum over several.
 *
 * @param calls exact calls, from the kernel's counters
 * @param lost events lost, from the kernel's counters
 * @param entries entries seen as events
 * @param paired paired calls, those that the buckets count
 * @param sumNs sum of their durations, ns
 * @param minNs the least duration, ns; 0 where nothing is paired
 * @param maxNs the greatest, ns; 0 where nothing is paired
 * @param buckets their durations
 * @param selfNs sum of their self times, ns
 * @param tails of the paired calls, those that ended by a jump into another function
 * @param abandoned calls that ended without a return
 * @param unmatched returns without an entry
 * @param uncertain calls kept out of the durations for a possible loss
 */
public record CallTotals(
        long calls,
        long lost,
        long entries,
        long paired,
        long sumNs,
        long minNs,
        long maxNs,
        Buckets buckets,
        long selfNs,
        long tails,
        AbandonedCalls abandoned,
        long unmatched,
        long uncertain) {

    /** Nothing. */
    public static final CallTotals NONE =
            new CallTotals(0, 0, 0, 0, 0, 0, 0, Buckets.EMPTY, 0, 0, AbandonedCalls.NONE, 0, 0);

    /** From a record of the totals topic. */
    static CallTotals of(Totals totals) {
        return of(totals.getCalls(), totals.getLost(), totals.getSummary());
    }

    /** From a window, which knows nothing of the kernel's counters. */
    public static CallTotals of(CallSummary summary) {
        return of(0, 0, summary);
    }

    private static CallTotals of(long calls, long lost, CallSummary summary) {
        Distribution latency = summary.getLatency();
        Buckets buckets = Buckets.of(latency.getIndexes(), latency.getCounts());
        if (buckets.total() != latency.getCount()) {
            throw new IllegalArgumentException(
                    "distribution: count=%d, buckets=%d".formatted(latency.getCount(), buckets.total()));
        }
        return new CallTotals(
                calls,
                lost,
                summary.getEntries(),
                latency.getCount(),
                latency.getSumNs(),
                latency.getMinNs(),
                latency.getMaxNs(),
                buckets,
                summary.getSelfSumNs(),
                summary.getTails(),
                AbandonedCalls.of(summary.getAbandoned()),
                summary.getUnmatched(),
                summary.getUncertain());
    }

    /** The same with other exact counts. */
    public CallTotals withCounts(long otherCalls, long otherLost) {
        return new CallTotals(
                otherCalls,
                otherLost,
                entries,
                paired,
                sumNs,
                minNs,
                maxNs,
                buckets,
                selfNs,
                tails,
                abandoned,
                unmatched,
                uncertain);
    }

    /** The sum of two. */
    public CallTotals plus(CallTotals other) {
        return new CallTotals(
                calls + other.calls,
                lost + other.lost,
                entries + other.entries,
                paired + other.paired,
                sumNs + other.sumNs,
                paired == 0 ? other.minNs : other.paired == 0 ? minNs : Math.min(minNs, other.minNs),
                Math.max(maxNs, other.maxNs),
                buckets.plus(other.buckets),
                selfNs + other.selfNs,
                tails + other.tails,
                abandoned.plus(other.abandoned),
                unmatched + other.unmatched,
                uncertain + other.uncertain);
    }
}
