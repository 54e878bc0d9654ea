package io.goroscope.streams.lane;

import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.LaneSource;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.ByteWriter;
import io.goroscope.streams.snapshot.SnapshotSink;
import io.goroscope.streams.snapshot.StateKey;
import java.util.Collection;
import org.agrona.collections.Int2ObjectHashMap;

/** What lanes of events and the lane of the exact counters have in common. */
abstract class Lane extends Tracked {

    private final int number;
    private final LaneSource source;
    private final ByteWriter writer;
    private final Changes changes = new Changes();
    private final Int2ObjectHashMap<FunctionSeries> functions = new Int2ObjectHashMap<>();

    long nextSequence;
    private long createdNs;
    private long timestampMs;
    private boolean ended;
    private long endedNs;
    private boolean retired;

    /**
     * @param number of the lane among all that its store has seen
     * @param source whose records these are
     * @param createdNs the lane's first time, ns since 1970
     * @param writer for snapshots, shared by all lanes
     */
    Lane(int number, LaneSource source, long createdNs, ByteWriter writer) {
        this.number = number;
        this.source = source;
        this.createdNs = createdNs;
        this.writer = writer;
    }

    /** A function's number in its image. */
    static int functionNumber(int function) {
        return function & BatchDescriptor.NUMBER_MASK;
    }

    String buildId(int function) {
        return source.images().get(function >>> BatchDescriptor.IMAGE_SHIFT).getBuildId();
    }

    int number() {
        return number;
    }

    LaneSource source() {
        return source;
    }

    ByteWriter writer() {
        return writer;
    }

    Changes changes() {
        return changes;
    }

    Collection<FunctionSeries> functions() {
        return functions.values();
    }

    final FunctionSeries function(int function) {
        FunctionSeries series = functions.get(function);
        if (series == null) {
            series = new FunctionSeries(this, function);
            functions.put(function, series);
        }
        return series;
    }

    long createdNs() {
        return createdNs;
    }

    /** The latest timestamp of its records, ms since 1970. */
    long timestampMs() {
        return timestampMs;
    }

    void sawTimestamp(long ms) {
        timestampMs = Math.max(timestampMs, ms);
    }

    boolean isEnded() {
        return ended;
    }

    long endedNs() {
        return endedNs;
    }

    void end(long atNs) {
        ended = true;
        endedNs = atNs;
    }

    void goOn() {
        ended = false;
    }

    boolean isRetired() {
        return retired;
    }

    /** It lives again, and counts from here on. */
    void revive(long atNs) {
        retired = false;
        ended = false;
        createdNs = atNs;
    }

    /** Takes its series away from readers and from the store; only the memory of what came remains. */
    void retire(OutputSink out, SnapshotSink sink) {
        for (FunctionSeries series : functions.values()) {
            series.retire(out);
            sink.put(series.stateKey(), null);
        }
        functions.clear();
        retired = true;
        save(sink);
    }

    @Override
    final void save(SnapshotSink sink) {
        writer.clear()
                .flag(unsent)
                .block(source.encode())
                .flag(ended)
                .flag(retired)
                .number(endedNs)
                .number(createdNs)
                .number(timestampMs)
                .number(nextSequence);
        saveMore(writer);
        sink.put(StateKey.lane(number), writer.toBytes());
    }

    abstract void saveMore(ByteWriter out);

    /** Reads what {@link #save} wrote after the source. */
    final void load(ByteReader in) {
        ended = in.flag();
        retired = in.flag();
        endedNs = in.number();
        createdNs = in.number();
        timestampMs = in.number();
        nextSequence = in.number();
        loadMore(in);
    }

    abstract void loadMore(ByteReader in);

    void loadFunction(int function, ByteReader in) {
        FunctionSeries series = function(function);
        if (series.load(in)) {
            changes.addUnsent(series);
        }
    }

    /** A later start of the collector has taken over: nothing more comes. */
    abstract void supersede();

    /** Called once all that belongs to it was read. */
    void loaded() {}

    /** Saves all that changed. */
    void saveChanges(SnapshotSink sink) {
        changes.save(sink);
    }
}
