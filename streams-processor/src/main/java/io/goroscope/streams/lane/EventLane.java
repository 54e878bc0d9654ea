package io.goroscope.streams.lane;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.BadRecordException.Reason;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.Health;
import io.goroscope.schemas.avro.HealthKey;
import io.goroscope.schemas.avro.Lifecycle;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.schemas.batch.LaneSource;
import io.goroscope.streams.histogram.LatencyGrid;
import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.pairing.CallSink;
import io.goroscope.streams.pairing.FrameSnapshot;
import io.goroscope.streams.pairing.Pairing;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.ByteWriter;
import io.goroscope.streams.snapshot.SnapshotSink;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;

/** One lane of one process: its open frames, its totals, its windows, and what it has brought. */
final class EventLane extends Lane implements CallSink {

    /** No collector skips so many batches; beyond it a sequence number is damaged. */
    private static final long MAX_GAP = 1L << 32;

    private final Pairing pairing = new Pairing(this);
    private final FrameSnapshot frames;
    private final long windowNs;
    private final Long2ObjectHashMap<Edge> edges = new Long2ObjectHashMap<>();
    /** Of the functions whose mode was changed: few, or none. */
    private final Int2ObjectHashMap<ModeSeries> modes = new Int2ObjectHashMap<>();

    private final List<Window> windows = new ArrayList<>();
    private long wallOffsetNs;
    private long timeNs;
    private long batches;
    private long events;
    private long duplicates;
    private long gaps;
    private long lost;
    private long uncertain;
    private long unmatched;

    /**
     * @param timeNs the time of its first batch
     * @param wallOffsetNs what to add to get ns since 1970
     * @param windowNs size of windows
     */
    EventLane(int number, LaneSource source, long timeNs, long wallOffsetNs, long windowNs, ByteWriter writer) {
        super(number, source, timeNs + wallOffsetNs, writer);
        this.timeNs = timeNs;
        this.wallOffsetNs = wallOffsetNs;
        this.windowNs = windowNs;
        this.frames = new FrameSnapshot(pairing, number);
    }

    void check(DecodedBatch batch, TimeRules rules) throws BadRecordException {
        if (batch.sequence() - nextSequence > MAX_GAP) {
            throw new BadRecordException(Reason.VALUE, "sequence=" + batch.sequence() + " after " + nextSequence);
        }
        if (batch.sequence() >= nextSequence) {
            rules.check(batch, timeNs, pairing);
        }
    }

    void apply(DecodedBatch batch, long recordTimestampMs) {
        if (batch.sequence() < nextSequence) {
            duplicates++;
            changes().add(this);
            return;
        }
        if (isRetired()) {
            revive(batch.baseTimeNs() + wallOffsetNs);
        }
        sawTimestamp(recordTimestampMs);
        if (batch.sequence() > nextSequence) {
            gaps += batch.sequence() - nextSequence;
            pairing.taint();
        }
        nextSequence = batch.sequence() + 1;
        batches++;
        events += batch.eventCount();
        lost += batch.lost();
        clampLifecycle(batch);
        pairing.apply(batch);
        advance(batch);
        noteEnd(batch);
        changes().add(this);
    }

    /** What happened is told by another clock reading than events; windows must not be closed already. */
    private void clampLifecycle(DecodedBatch batch) {
        for (int i = 0; i < batch.lifecycle().size(); i++) {
            Lifecycle happening = batch.lifecycle().get(i);
            happening.setTimeNs(Math.max(happening.getTimeNs(), timeNs - TimeRules.MAX_STEP_BACK_NS));
        }
    }

    private void advance(DecodedBatch batch) {
        long latest = Math.max(timeNs, batch.latestNs());
        for (int i = 0; i < batch.lifecycle().size(); i++) {
            latest = Math.max(latest, batch.lifecycle().get(i).getTimeNs());
        }
        timeNs = latest;
        closeWindows();
    }

    private void closeWindows() {
        long openFromNs = timeNs + wallOffsetNs - TimeRules.MAX_STEP_BACK_NS;
        windows.removeIf(window -> {
            boolean over = window.endNs() <= openFromNs;
            if (over) {
                window.close(changes());
            }
            return over;
        });
    }

    private void noteEnd(DecodedBatch batch) {
        for (int i = 0; i < batch.lifecycle().size(); i++) {
            Lifecycle happening = batch.lifecycle().get(i);
            switch (happening.getKind()) {
                case PROCESS_END, COLLECTOR_END -> end(timeNs + wallOffsetNs);
                case DETACH -> {
                    if (happening.getFunction() < 0) {
                        end(timeNs + wallOffsetNs);
                    }
                }
                case COLLECTOR_START, PROCESS_START, ATTACH -> goOn();
                case UNKNOWN, MODE -> {
                    // Says nothing about the lane's end.
                }
            }
        }
    }

    @Override
    void supersede() {
        pairing.closeAll(AbandonReason.DETACH, timeNs);
        end(timeNs + wallOffsetNs);
        changes().add(this);
    }

    @Override
    public void mode(int function, String detail, long atNs) {
        if (function >= 0) {
            ModeSeries series = modeSeries(function);
            series.apply(detail, atNs + wallOffsetNs);
            changes().add(series);
        }
    }

    private ModeSeries modeSeries(int function) {
        return modes.computeIfAbsent(function, key -> new ModeSeries(this, key));
    }

    /** Where calls of a function are counted while it is cycled; null where they are not. */
    private CallStats sampled(int function) {
        ModeSeries series = modes.isEmpty() ? null : modes.get(function);
        if (series == null || !series.isCycled()) {
            return null;
        }
        changes().add(series);
        return series.sampled();
    }

    /** The calls of a function as of this moment: those of its window, or those of its cycles. */
    private CallStats stats(int function, long atNs) {
        CallStats sampled = sampled(function);
        return sampled != null ? sampled : current(function, atNs).latest();
    }

    @Override
    public void entered(int function, long atNs) {
        stats(function, atNs).entered();
    }

    @Override
    public void paired(int function, int caller, long durationNs, long selfNs, long atNs, long identity, int what) {
        boolean tail = (what & BatchDescriptor.KIND_MASK) == BatchDescriptor.TAIL;
        CallStats sampled = sampled(function);
        if (sampled != null) {
            sampled.paired(LatencyGrid.index(durationNs), durationNs, selfNs, tail);
            return;
        }
        FunctionSeries series = current(function, atNs);
        series.latest().paired(LatencyGrid.index(durationNs), durationNs, selfNs, tail);
        WindowSeries window = series.window();
        if (window.isSlowest(durationNs)) {
            boolean goroutine = (what & (BatchDescriptor.SYSTEM_STACK | BatchDescriptor.OFF_STACK)) == 0;
            window.slowest(durationNs, atNs + wallOffsetNs, goroutine ? identity : 0, nextSequence - 1);
        }
        if (caller != NO_CALLER && sampled(caller) == null) {
            Edge edge = edge(caller, series);
            edge.add(durationNs, selfNs, atNs + wallOffsetNs);
            changes().add(edge);
        }
    }

    @Override
    public void abandoned(int function, AbandonReason reason, long openNs, long atNs) {
        stats(function, atNs).abandoned(reason);
    }

    /** Of a cycled function most returns have no entry: those of calls that began outside of its windows. */
    @Override
    public void unmatched(int function, long atNs) {
        if (sampled(function) == null) {
            unmatched++;
            current(function, atNs).latest().unmatched();
        }
    }

    @Override
    public void uncertain(int function, long atNs) {
        uncertain++;
        stats(function, atNs).uncertain();
    }

    /** A function, with the window of this moment as its present one. */
    private FunctionSeries current(int function, long atNs) {
        FunctionSeries series = function(function);
        long wallNs = atNs + wallOffsetNs;
        series.updatedNs = Math.max(series.updatedNs, wallNs);
        if (!series.counts(wallNs)) {
            enterWindow(series, wallNs);
        }
        return series;
    }

    /** Sending and saving make a series leave its window, so between two of them this is once for each window. */
    private void enterWindow(FunctionSeries series, long wallNs) {
        WindowSeries window = windowSeries(Math.floorDiv(wallNs, windowNs) * windowNs, series);
        series.enter(window);
        changes().add(series);
        changes().add(window);
    }

    private WindowSeries windowSeries(long startNs, FunctionSeries function) {
        Window window = null;
        for (Window open : windows) {
            if (open.startNs() == startNs) {
                window = open;
            }
        }
        if (window == null) {
            window = new Window(startNs, windowNs);
            windows.add(window);
        }
        WindowSeries series = window.functions.get(function.function);
        if (series == null) {
            series = new WindowSeries(this, window, function);
            window.functions.put(function.function, series);
        }
        return series;
    }

    private Edge edge(int caller, FunctionSeries callee) {
        Edge edge = callee.edgeFrom(caller);
        if (edge == null) {
            edge = edge(caller, callee.function);
            callee.keep(edge);
        }
        return edge;
    }

    private Edge edge(int caller, int callee) {
        long key = ((long) caller << Integer.SIZE) | callee;
        Edge edge = edges.get(key);
        if (edge == null) {
            edge = new Edge(this, caller, callee);
            edges.put(key, edge);
        }
        return edge;
    }

    private byte[] healthKey() {
        return Records.encode(new HealthKey(source().id()));
    }

    @Override
    void send(OutputSink out) {
        if (isRetired()) {
            return;
        }
        Health value = new Health(
                source().service(),
                timeNs + wallOffsetNs,
                batches,
                events,
                duplicates,
                gaps,
                lost,
                uncertain,
                unmatched,
                pairing.noIdentity(),
                pairing.offStack(),
                pairing.openFrames(),
                (long) pairing.goroutines(),
                isEnded());
        out.send(Topics.Kind.HEALTH, healthKey(), Records.encode(value), timestampMs());
    }

    @Override
    void retire(OutputSink out, SnapshotSink sink) {
        for (Edge edge : edges.values()) {
            edge.retire(out);
            sink.put(edge.stateKey(), null);
        }
        edges.clear();
        for (ModeSeries series : modes.values()) {
            series.retire(out);
            sink.put(series.stateKey(), null);
        }
        modes.clear();
        for (Window window : windows) {
            window.functions.values().forEach(series -> sink.put(series.stateKey(), null));
        }
        windows.clear();
        out.send(Topics.Kind.HEALTH, healthKey(), null, timestampMs());
        super.retire(out, sink);
    }

    @Override
    void saveChanges(SnapshotSink sink) {
        super.saveChanges(sink);
        frames.save(sink);
    }

    @Override
    void saveMore(ByteWriter out) {
        out.number(timeNs).number(wallOffsetNs);
        out.number(batches).number(events).number(duplicates).number(gaps).number(lost);
        out.number(uncertain).number(unmatched);
        frames.saveCounters(out);
    }

    @Override
    void loadMore(ByteReader in) {
        timeNs = in.number();
        wallOffsetNs = in.number();
        batches = in.number();
        events = in.number();
        duplicates = in.number();
        gaps = in.number();
        lost = in.number();
        uncertain = in.number();
        unmatched = in.number();
        frames.loadCounters(in);
    }

    void loadEdge(int caller, int callee, ByteReader in) {
        Edge edge = edge(caller, callee);
        if (edge.load(in)) {
            changes().addUnsent(edge);
        }
    }

    void loadMode(int function, ByteReader in) {
        ModeSeries series = modeSeries(function);
        if (series.load(in)) {
            changes().addUnsent(series);
        }
    }

    void loadWindow(long startNs, int function, ByteReader in) {
        WindowSeries series = windowSeries(startNs, function(function));
        if (series.load(in)) {
            changes().addUnsent(series);
        }
    }

    void loadFrames(int group, int part, byte[] value) {
        frames.load(group, part, value);
    }

    @Override
    void loaded() {
        closeWindows();
    }
}
