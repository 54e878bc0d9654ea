package io.goroscope.streams.lane;

import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.Retired;
import io.goroscope.schemas.avro.RetiredKey;
import io.goroscope.schemas.avro.SeriesKey;
import io.goroscope.schemas.avro.Totals;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.SnapshotSink;
import io.goroscope.streams.snapshot.StateKey;

/** Cumulative totals of one function in one lane. */
final class FunctionSeries extends Tracked {

    private final Lane lane;
    final int function;
    final CallStats total = new CallStats();
    /** What the total has not yet; null in the lane of the exact counters, which has no such calls. */
    LatestCalls latest;

    long updatedNs;
    /** From the exact counters, in their lane; else 0. */
    long calls;
    /** From the exact counters, in their lane; else 0. */
    long lost;

    FunctionSeries(Lane lane, int function) {
        this.lane = lane;
        this.function = function;
    }

    @Override
    void settle() {
        if (latest != null) {
            latest.settle();
        }
    }

    private byte[] key() {
        return Records.encode(new SeriesKey(
                lane.buildId(function),
                Lane.functionNumber(function),
                lane.source().id()));
    }

    private Totals totals() {
        return new Totals(
                lane.source().service(),
                lane.source().exe(),
                lane.createdNs(),
                updatedNs,
                calls,
                lost,
                total.toSummary());
    }

    @Override
    void send(OutputSink out) {
        out.send(Topics.Kind.TOTALS, key(), Records.encode(totals()), lane.timestampMs());
    }

    /** Ends the series; its last values go on as a record that counts for nothing. */
    void retire(OutputSink out) {
        RetiredKey key = new RetiredKey(
                lane.buildId(function),
                Lane.functionNumber(function),
                lane.source().id());
        out.send(
                Topics.Kind.TOTALS,
                Records.encode(key),
                Records.encode(new Retired(lane.endedNs(), totals())),
                lane.timestampMs());
        out.send(Topics.Kind.TOTALS, key(), null, lane.timestampMs());
    }

    @Override
    void save(SnapshotSink sink) {
        lane.writer().clear().flag(unsent).number(updatedNs).number(calls).number(lost);
        total.save(lane.writer());
        sink.put(stateKey(), lane.writer().toBytes());
    }

    byte[] stateKey() {
        return StateKey.function(lane.number(), function);
    }

    /** Reads what {@link #save} wrote; says whether it still has to be sent. */
    boolean load(ByteReader in) {
        boolean wasUnsent = in.flag();
        updatedNs = in.number();
        calls = in.number();
        lost = in.number();
        total.load(in);
        return wasUnsent;
    }
}
