package io.goroscope.streams.lane;

import io.goroscope.schemas.avro.Abandoned;
import io.goroscope.schemas.avro.CallSummary;
import io.goroscope.streams.histogram.LatencyHistogram;
import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.ByteWriter;
import java.util.EnumMap;
import java.util.Map;

/** What is known of the calls of one function: {@code CallSummary.avsc} in primitives. */
final class CallStats {

    private final LatencyHistogram latency = new LatencyHistogram();
    private final Map<AbandonReason, long[]> abandoned = new EnumMap<>(AbandonReason.class);
    private long entries;
    private long selfSumNs;
    private long tails;
    private long unmatched;
    private long uncertain;

    void entered() {
        entries++;
    }

    void paired(long durationNs, long selfNs) {
        latency.record(durationNs);
        selfSumNs += selfNs;
    }

    /** A call that was paired ended in a tail call. */
    void tail() {
        tails++;
    }

    void abandoned(AbandonReason reason) {
        abandoned.computeIfAbsent(reason, unused -> new long[1])[0]++;
    }

    void unmatched() {
        unmatched++;
    }

    void uncertain() {
        uncertain++;
    }

    /** Adds calls that were counted elsewhere. */
    void add(long moreEntries, long moreSelfSumNs, LatencyHistogram moreLatency) {
        entries += moreEntries;
        selfSumNs += moreSelfSumNs;
        latency.add(moreLatency);
    }

    CallSummary toSummary() {
        return new CallSummary(
                entries,
                latency.toDistribution(),
                selfSumNs,
                tails,
                new Abandoned(
                        count(AbandonReason.PANIC),
                        count(AbandonReason.GOEXIT),
                        count(AbandonReason.GOROUTINE_END),
                        count(AbandonReason.PROCESS_END),
                        count(AbandonReason.DETACH),
                        count(AbandonReason.UNKNOWN)),
                unmatched,
                uncertain);
    }

    private long count(AbandonReason reason) {
        long[] count = abandoned.get(reason);
        return count == null ? 0 : count[0];
    }

    void save(ByteWriter out) {
        out.number(entries).number(selfSumNs).number(tails).number(unmatched).number(uncertain);
        for (AbandonReason reason : AbandonReason.values()) {
            out.number(count(reason));
        }
        out.number(latency.count())
                .number(latency.sumNs())
                .number(latency.minNs())
                .number(latency.maxNs());
        latency.forEachBucket((index, count) -> out.number(index).number(count));
    }

    void load(ByteReader in) {
        entries = in.number();
        selfSumNs = in.number();
        tails = in.number();
        unmatched = in.number();
        uncertain = in.number();
        for (AbandonReason reason : AbandonReason.values()) {
            long count = in.number();
            if (count != 0) {
                abandoned.put(reason, new long[] {count});
            }
        }
        latency.addSummary(in.number(), in.number(), in.number(), in.number());
        while (in.hasMore()) {
            latency.addBucket(in.smallNumber(), in.number());
        }
    }
}
