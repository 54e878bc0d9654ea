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

/** Cumulative totals of one function in one lane; and where its calls of the present window are counted. */
final class FunctionSeries extends Tracked {

    private static final int CALLER_BITS = 3;
    private static final int GOLDEN_RATIO = 0x9E3779B9;

    private final Lane lane;
    final int function;
    private final CallStats total = new CallStats();
    /** The latest calls, which neither the total nor their window has yet: each call is counted once, not twice. */
    private final CallStats latest = new CallStats();

    long updatedNs;
    /** From the exact counters, in their lane; else 0. */
    long calls;
    /** From the exact counters, in their lane; else 0. */
    long lost;
    /** Of the edges that lead here those that were asked for last, by caller: most functions have few callers. */
    private Edge[] callers;
    /** The window of the latest calls, or null where there are none. */
    private WindowSeries window;
    /** Of that window; here, since every call asks. */
    private long windowStartNs;

    private long windowEndNs = Long.MIN_VALUE;

    FunctionSeries(Lane lane, int function) {
        this.lane = lane;
        this.function = function;
    }

    /** True while it is in the window of this moment. */
    boolean counts(long wallNs) {
        return wallNs >= windowStartNs && wallNs < windowEndNs;
    }

    /** The window that was entered last, or null where its calls were settled since. */
    WindowSeries window() {
        return window;
    }

    /** Where to count a call of the window that was entered last. */
    CallStats latest() {
        return latest;
    }

    /** The edge from a caller, where it is kept here; else null. */
    Edge edgeFrom(int caller) {
        Edge edge = callers == null ? null : callers[placeOf(caller)];
        return edge != null && edge.caller() == caller ? edge : null;
    }

    /** Keeps an edge that leads here. */
    void keep(Edge edge) {
        if (callers == null) {
            callers = new Edge[1 << CALLER_BITS];
        }
        callers[placeOf(edge.caller())] = edge;
    }

    private static int placeOf(int caller) {
        return (caller * GOLDEN_RATIO) >>> (Integer.SIZE - CALLER_BITS);
    }

    /** Goes on to another window. */
    void enter(WindowSeries next) {
        settle();
        window = next;
        windowStartNs = next.window.startNs();
        windowEndNs = next.window.endNs();
    }

    /** Gives the latest calls to the total and to their window. */
    void settle() {
        if (window != null) {
            total.add(latest);
            window.stats.add(latest);
            latest.clear();
            window = null;
            windowEndNs = Long.MIN_VALUE;
        }
    }

    private byte[] key() {
        return Records.encode(new SeriesKey(
                lane.buildId(function),
                Lane.functionNumber(function),
                lane.source().id()));
    }

    private Totals totals() {
        settle();
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
        settle();
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
