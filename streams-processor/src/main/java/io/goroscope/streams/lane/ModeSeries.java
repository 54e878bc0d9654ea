package io.goroscope.streams.lane;

import io.goroscope.schemas.ModeDetail;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.FunctionMode;
import io.goroscope.schemas.avro.ModeKey;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.SnapshotSink;
import io.goroscope.streams.snapshot.StateKey;
import java.nio.charset.StandardCharsets;

/**
 * What is done at a function whose mode was changed, and the calls that were timed while it was cycled: apart from all
 * others, since they are those of a part of the time.
 */
final class ModeSeries extends Tracked {

    private static final long NONE = Long.MIN_VALUE;

    private final Lane lane;
    private final int function;
    private final CallStats sampled = new CallStats();
    private String mode = ModeDetail.PAIRS;
    private long changes;
    private long observedNs;
    private long cycledNs;
    private long updatedNs;
    /** Since when calls of the present window are timed, or {@link #NONE}. */
    private long windowNs = NONE;
    /** Up to when {@link #cycledNs} counts the present cycles, or {@link #NONE}. */
    private long cycledUntilNs = NONE;

    ModeSeries(Lane lane, int function) {
        this.lane = lane;
        this.function = function;
    }

    /** True while its calls are timed in a part of the time. */
    boolean isCycled() {
        return mode.equals(ModeDetail.CYCLED);
    }

    /** Where to count a call that was timed then. */
    CallStats sampled() {
        return sampled;
    }

    /** Takes a change; {@code wallNs} is ns since 1970. */
    void apply(String detail, long wallNs) {
        updatedNs = Math.max(updatedNs, wallNs);
        if (cycledUntilNs != NONE) {
            cycledNs += Math.max(0, wallNs - cycledUntilNs);
            cycledUntilNs = wallNs;
        }
        if (detail.equals(ModeDetail.WINDOW)) {
            windowNs = wallNs;
        } else {
            closeWindow(wallNs);
        }
        if (!ModeDetail.isWithinCycle(detail)) {
            changes += detail.equals(mode) ? 0 : 1;
            mode = detail;
            cycledUntilNs = isCycled() ? wallNs : NONE;
        }
    }

    private void closeWindow(long wallNs) {
        if (windowNs != NONE) {
            observedNs += Math.max(0, wallNs - windowNs);
            windowNs = NONE;
        }
    }

    private byte[] key() {
        return Records.encode(new ModeKey(
                lane.buildId(function),
                Lane.functionNumber(function),
                lane.source().id()));
    }

    @Override
    void send(OutputSink out) {
        FunctionMode value = new FunctionMode(
                lane.source().service(),
                lane.createdNs(),
                updatedNs,
                mode,
                changes,
                sampled.toSummary(),
                observedNs,
                cycledNs);
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
                .block(mode.getBytes(StandardCharsets.UTF_8))
                .number(changes)
                .number(observedNs)
                .number(cycledNs)
                .number(updatedNs)
                .number(windowNs)
                .number(cycledUntilNs);
        sampled.save(lane.writer());
        sink.put(stateKey(), lane.writer().toBytes());
    }

    byte[] stateKey() {
        return StateKey.mode(lane.number(), function);
    }

    /** Reads what {@link #save} wrote; says whether it still has to be sent. */
    boolean load(ByteReader in) {
        boolean wasUnsent = in.flag();
        mode = new String(in.block(), StandardCharsets.UTF_8);
        changes = in.number();
        observedNs = in.number();
        cycledNs = in.number();
        updatedNs = in.number();
        windowNs = in.number();
        cycledUntilNs = in.number();
        sampled.load(in);
        return wasUnsent;
    }
}
