package io.goroscope.cli;

import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.collector.publish.RecordSink;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.streams.histogram.Log2Histogram;
import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.pairing.CallSink;
import io.goroscope.streams.pairing.Pairing;
import java.util.HashMap;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Pairs the events of all processes in this JVM, for the terminal, with the class that the Streams job pairs with.
 * Written by the collector's thread, read by another.
 */
final class LatencySink implements RecordSink, CallSink {

    private final Log2Histogram.Unit unit;
    private final SlowCalls slowCalls;
    private final CountsSink counts = new CountsSink();
    private final BatchDecoder decoder = new BatchDecoder();
    private final DecodedBatch batch = new DecodedBatch();
    private final Map<LaneId, Pairing> lanes = new HashMap<>();
    private final NestedCalls nestedCalls = new NestedCalls();
    private long wallOffsetNs;
    private long returns;
    private long cheap;
    private Int2ObjectHashMap<FunctionLatency> functions = new Int2ObjectHashMap<>();
    private Long2ObjectHashMap<Edge> edges = new Long2ObjectHashMap<>();

    /** Takes calls that were slower than asked for. */
    @FunctionalInterface
    interface SlowCalls {
        /**
         * A call has returned.
         *
         * @param caller function id, or {@link CallSink#NO_CALLER}
         * @param timeNs when it returned, ns since 1970
         */
        void paired(int function, int caller, long durationNs, long timeNs, long goid);
    }

    /** Calls of one function by another. */
    static final class Edge {
        final int caller;
        final int callee;
        long calls;
        long sumNs;

        Edge(int caller, int callee) {
            this.caller = caller;
            this.callee = callee;
        }
    }

    /**
     * What has come since the last snapshot.
     *
     * @param calls by function, since the start
     * @param returns events at returns
     * @param cheap events at tail jumps and markers
     */
    record Snapshot(
            Map<Integer, FunctionLatency> functions,
            Iterable<Edge> edges,
            Map<Integer, Long> calls,
            long returns,
            long cheap) {}

    LatencySink(Log2Histogram.Unit unit, SlowCalls slowCalls) {
        this.unit = unit;
        this.slowCalls = slowCalls;
    }

    @Override
    public synchronized boolean offer(OutgoingRecord record) {
        if (record.kind() == Topics.Kind.EVENTS) {
            try {
                decoder.decode(record.value(), batch);
            } catch (BadRecordException e) {
                throw new IllegalStateException("our own record cannot be read", e);
            }
            wallOffsetNs = batch.wallOffsetNs();
            lanes.computeIfAbsent(record.lane(), lane -> new Pairing(this)).apply(batch);
            countHits();
        }
        return counts.offer(record);
    }

    /** Takes what has come since the last snapshot out; open calls stay. */
    synchronized Snapshot take() {
        Snapshot snapshot = new Snapshot(functions, edges.values(), counts.totals(), returns, cheap);
        returns = 0;
        cheap = 0;
        functions = new Int2ObjectHashMap<>();
        edges = new Long2ObjectHashMap<>();
        return snapshot;
    }

    private void countHits() {
        int[] what = batch.what();
        for (int i = 0; i < batch.eventCount(); i++) {
            switch (what[i] & BatchDescriptor.KIND_MASK) {
                case BatchDescriptor.ENTRY -> {
                    // The exact counters say more.
                }
                case BatchDescriptor.RETURN -> returns++;
                default -> cheap++;
            }
        }
    }

    /** Calls that are open now. */
    synchronized long openCalls() {
        return lanes.values().stream().mapToLong(Pairing::openFrames).sum();
    }

    @Override
    public void close() {}

    @Override
    public void entered(int function, long timeNs) {
        // The exact counters say more.
    }

    @Override
    public void paired(int function, int caller, long durationNs, long selfNs, long timeNs, long identity, int what) {
        long nested = nestedCalls.ended(identity, caller != NO_CALLER, caller, timeNs - durationNs);
        of(function).paired(durationNs, selfNs, nested);
        if (caller != NO_CALLER) {
            long key = (long) caller << Integer.SIZE | function;
            Edge edge = edges.get(key);
            if (edge == null) {
                edge = new Edge(caller, function);
                edges.put(key, edge);
            }
            edge.calls++;
            edge.sumNs += durationNs;
        }
        slowCalls.paired(function, caller, durationNs, timeNs + wallOffsetNs, identity);
    }

    @Override
    public void abandoned(int function, AbandonReason reason, long openNs, long timeNs) {
        of(function).abandoned(reason, openNs);
    }

    @Override
    public void unmatched(int function, long timeNs) {
        of(function).unmatched++;
    }

    @Override
    public void uncertain(int function, long timeNs) {
        of(function).uncertain++;
    }

    private FunctionLatency of(int function) {
        FunctionLatency known = functions.get(function);
        if (known == null) {
            known = new FunctionLatency(unit);
            functions.put(function, known);
        }
        return known;
    }
}
