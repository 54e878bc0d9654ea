package io.goroscope.streams.lane;

import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.LatencyWindow;
import io.goroscope.schemas.avro.WindowKey;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.SnapshotSink;
import io.goroscope.streams.snapshot.StateKey;

/** The calls of one function in one window. Once the window is closed and all was sent, the next save drops it. */
final class WindowSeries extends Tracked {

    private final Lane lane;
    final Window window;
    private final FunctionSeries function;
    final CallStats stats = new CallStats();

    WindowSeries(Lane lane, Window window, FunctionSeries function) {
        this.lane = lane;
        this.window = window;
        this.function = function;
    }

    @Override
    void send(OutputSink out) {
        function.settle();
        WindowKey key = new WindowKey(
                lane.buildId(function.function),
                Lane.functionNumber(function.function),
                window.startNs(),
                lane.source().id());
        LatencyWindow value =
                new LatencyWindow(lane.source().service(), lane.source().exe(), window.endNs(), stats.toSummary());
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
        function.settle();
        lane.writer().clear().flag(unsent);
        stats.save(lane.writer());
        sink.put(stateKey(), lane.writer().toBytes());
    }

    byte[] stateKey() {
        return StateKey.window(lane.number(), window.startNs(), function.function);
    }

    /** Reads what {@link #save} wrote; says whether it still has to be sent. */
    boolean load(ByteReader in) {
        boolean wasUnsent = in.flag();
        stats.load(in);
        return wasUnsent;
    }
}
