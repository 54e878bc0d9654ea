package io.goroscope.streams.lane;

import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.EdgeKey;
import io.goroscope.schemas.avro.EdgeTotals;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.SnapshotSink;
import io.goroscope.streams.snapshot.StateKey;

/** Cumulative counts of the paired calls of one function by another. */
final class Edge extends Tracked {

    private final Lane lane;
    private final int caller;
    private final int callee;
    private long calls;
    private long sumNs;
    private long selfSumNs;
    private long updatedNs;

    Edge(Lane lane, int caller, int callee) {
        this.lane = lane;
        this.caller = caller;
        this.callee = callee;
    }

    void add(long moreCalls, long moreSumNs, long moreSelfSumNs, long wallNs) {
        calls += moreCalls;
        sumNs += moreSumNs;
        selfSumNs += moreSelfSumNs;
        updatedNs = Math.max(updatedNs, wallNs);
    }

    private byte[] key() {
        return Records.encode(new EdgeKey(
                lane.buildId(caller),
                Lane.functionNumber(caller),
                lane.buildId(callee),
                Lane.functionNumber(callee),
                lane.source().id()));
    }

    @Override
    void send(OutputSink out) {
        EdgeTotals value =
                new EdgeTotals(lane.source().service(), lane.createdNs(), updatedNs, calls, sumNs, selfSumNs);
        out.send(Topics.Kind.TOTALS, key(), Records.encode(value), lane.timestampMs());
    }

    void retire(OutputSink out) {
        out.send(Topics.Kind.TOTALS, key(), null, lane.timestampMs());
    }

    @Override
    void save(SnapshotSink sink) {
        lane.writer()
                .clear()
                .flag(unsent)
                .number(updatedNs)
                .number(calls)
                .number(sumNs)
                .number(selfSumNs);
        sink.put(stateKey(), lane.writer().toBytes());
    }

    byte[] stateKey() {
        return StateKey.edge(lane.number(), caller, callee);
    }

    /** Reads what {@link #save} wrote; says whether it still has to be sent. */
    boolean load(ByteReader in) {
        boolean wasUnsent = in.flag();
        updatedNs = in.number();
        calls = in.number();
        sumNs = in.number();
        selfSumNs = in.number();
        return wasUnsent;
    }
}
