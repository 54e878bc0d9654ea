package io.goroscope.streams.lane;

import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.LatencyWindow;
import io.goroscope.schemas.avro.SlowCall;
import io.goroscope.schemas.avro.WindowKey;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.SnapshotSink;
import io.goroscope.streams.snapshot.StateKey;

/** The calls of one function in one window. Once the window is closed and all was sent, the next save drops it. */
final class WindowSeries extends Tracked {

    private static final long NONE = -1;
    /** Bits of the first byte of a snapshot; states of before there were slowest calls have the first alone. */
    private static final int UNSENT = 1;

    private static final int HAS_SLOWEST = 2;

    private final Lane lane;
    final Window window;
    private final FunctionSeries function;
    final CallStats stats = new CallStats();
    /** The slowest call, where {@link #slowestNs} is not {@link #NONE}. */
    private long slowestNs = NONE;

    private long slowestEndNs;
    private long slowestGoid;
    private long slowestSequence;

    WindowSeries(Lane lane, Window window, FunctionSeries function) {
        this.lane = lane;
        this.window = window;
        this.function = function;
    }

    /** How long the slowest call so far took, ns; less than any call takes where there is none. */
    long slowestNs() {
        return slowestNs;
    }

    /** @param sequence of the batch that brought its return */
    void slowest(long durationNs, long endNs, long goid, long sequence) {
        slowestNs = durationNs;
        slowestEndNs = endNs;
        slowestGoid = goid;
        slowestSequence = sequence;
    }

    @Override
    void send(OutputSink out) {
        WindowKey key = new WindowKey(
                lane.buildId(function.function),
                Lane.functionNumber(function.function),
                window.startNs(),
                lane.source().id());
        SlowCall slowest =
                slowestNs == NONE ? null : new SlowCall(slowestNs, slowestEndNs, slowestGoid, slowestSequence);
        LatencyWindow value = new LatencyWindow(
                lane.source().service(), lane.source().exe(), window.endNs(), stats.toSummary(), slowest);
        out.send(Topics.Kind.LATENCY, Records.encode(key), Records.encode(value), lane.timestampMs());
        if (window.isClosed()) {
            lane.changes().addUnsaved(this);
        }
    }

    @Override
    void save(SnapshotSink sink) {
        if (window.isClosed() && !unsent) {
            sink.put(stateKey(), null);
            return;
        }
        lane.writer().clear().bits((unsent ? UNSENT : 0) | (slowestNs == NONE ? 0 : HAS_SLOWEST));
        if (slowestNs != NONE) {
            lane.writer()
                    .number(slowestNs)
                    .number(slowestEndNs)
                    .number(slowestGoid)
                    .number(slowestSequence);
        }
        stats.save(lane.writer());
        sink.put(stateKey(), lane.writer().toBytes());
    }

    byte[] stateKey() {
        return StateKey.window(lane.number(), window.startNs(), function.function);
    }

    /** Reads what {@link #save} wrote; says whether it still has to be sent. */
    boolean load(ByteReader in) {
        int bits = in.bits();
        if ((bits & HAS_SLOWEST) != 0) {
            slowest(in.number(), in.number(), in.number(), in.number());
        }
        stats.load(in);
        return (bits & UNSENT) != 0;
    }
}
