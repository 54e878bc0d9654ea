package io.goroscope.e2e;

import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.collector.publish.RecordSink;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.FunctionCount;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.pairing.CallSink;
import io.goroscope.streams.pairing.Pairing;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads what a collector sends, pairs it, counts it by function, and keeps the pairs of the functions that the program
 * remembers. Read it after the collector is closed, but for the numbers that say so.
 */
final class PairingSink implements RecordSink, CallSink {

    private final Map<Integer, String> logged;
    private final BatchDecoder decoder = new BatchDecoder();
    private final DecodedBatch batch = new DecodedBatch();
    private final Map<LaneId, Pairing> lanes = new HashMap<>();
    final Tally tally = new Tally();
    final LoggedPairs pairs = new LoggedPairs();
    final Map<Integer, Long> calls = new HashMap<>();
    private long counted;
    private volatile long events;
    private volatile long openFrames;

    /** @param logged names of the functions whose pairs are kept, by id */
    PairingSink(Map<Integer, String> logged) {
        this.logged = logged;
    }

    @Override
    public boolean offer(OutgoingRecord record) {
        try {
            if (record.kind() == Topics.Kind.EVENTS) {
                decoder.decode(record.value(), batch);
                Pairing pairing = lanes.computeIfAbsent(record.lane(), lane -> new Pairing(this));
                pairing.apply(batch);
                counted += batch.eventCount();
                events = counted;
                openFrames =
                        lanes.values().stream().mapToLong(Pairing::openFrames).sum();
            } else if (record.kind() == Topics.Kind.COUNTS) {
                FunctionCounts counts = Records.decode(record.value(), FunctionCounts.class);
                for (FunctionCount count : counts.getCounts()) {
                    calls.put(count.getFunction(), count.getCalls());
                }
            }
        } catch (BadRecordException e) {
            throw new IllegalStateException("the collector's own record cannot be read", e);
        }
        return true;
    }

    /** Events so far, at any time. */
    long events() {
        return events;
    }

    /** Calls open now, at any time. */
    long openFrames() {
        return openFrames;
    }

    @Override
    public void close() {}

    @Override
    public void entered(int function, long timeNs) {
        tally.entered(function, timeNs);
    }

    @Override
    public void paired(int function, int caller, long durationNs, long selfNs, long timeNs, long identity, int what) {
        tally.paired(function, caller, durationNs, selfNs, timeNs, identity, what);
        String name = logged.get(function);
        if (name != null) {
            pairs.add(name, identity, durationNs, timeNs);
        }
    }

    @Override
    public void abandoned(int function, AbandonReason reason, long openNs, long timeNs) {
        tally.abandoned(function, reason, openNs, timeNs);
    }

    @Override
    public void unmatched(int function, long timeNs) {
        tally.unmatched(function, timeNs);
    }

    @Override
    public void uncertain(int function, long timeNs) {
        tally.uncertain(function, timeNs);
    }
}
