package io.goroscope.cli;

import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.collector.publish.RecordSink;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.FunctionCount;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.avro.LaneId;
import java.util.HashMap;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.MutableLong;

/** Adds up exact counts over all processes, for the terminal. Written by the collector's thread, read by another. */
final class CountsSink implements RecordSink {

    private final Map<LaneId, Int2ObjectHashMap<MutableLong>> byProcess = new HashMap<>();
    private final Int2ObjectHashMap<MutableLong> total = new Int2ObjectHashMap<>();

    @Override
    public synchronized boolean offer(OutgoingRecord record) {
        if (record.kind() != Topics.Kind.COUNTS) {
            return true;
        }
        FunctionCounts counts = decode(record.value());
        Int2ObjectHashMap<MutableLong> known =
                byProcess.computeIfAbsent(counts.getSource(), process -> new Int2ObjectHashMap<>());
        for (FunctionCount count : counts.getCounts()) {
            MutableLong before = known.computeIfAbsent(count.getFunction(), function -> new MutableLong());
            total.computeIfAbsent(count.getFunction(), function -> new MutableLong())
                    .addAndGet(count.getCalls() - before.get());
            before.set(count.getCalls());
        }
        if (counts.getEnded()) {
            byProcess.remove(counts.getSource());
        }
        return true;
    }

    /** Calls by function id, of all processes, so far. */
    synchronized Map<Integer, Long> totals() {
        Map<Integer, Long> totals = new HashMap<>();
        total.forEach((function, calls) -> totals.put(function, calls.get()));
        return totals;
    }

    @Override
    public void close() {}

    private static FunctionCounts decode(byte[] value) {
        try {
            return Records.decode(value, FunctionCounts.class);
        } catch (BadRecordException e) {
            throw new IllegalStateException("our own record cannot be read", e);
        }
    }
}
