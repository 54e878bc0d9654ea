package io.goroscope.cli;

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
            sum.unmatched += part.unmatched;
            sum.uncertain += part.uncertain;
        }
        return sum;
    }

    void paired(long durationNs, long ownNs) {
        rows.record(durationNs);
        distribution.record(durationNs);
        selfNs += ownNs;
    }

    long paired() {
        return distribution.count();
    }

    long abandonedTotal() {
        return abandoned.values().stream().mapToLong(Long::longValue).sum();
    }
}
