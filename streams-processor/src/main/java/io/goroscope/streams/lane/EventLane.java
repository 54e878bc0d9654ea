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
import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.pairing.CallSink;
import io.goroscope.streams.pairing.FrameSnapshot;
import io.goroscope.streams.pairing.Pairing;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.ByteWriter;
import io.goroscope.streams.snapshot.SnapshotSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;

/** One lane of one process: its open frames, its totals, its windows, and what it has brought. */
final class EventLane extends Lane implements CallSink {

    /** No collector skips so many batches; beyond it a sequence number is damaged. */
    private static final long MAX_GAP = 1L << 32;

    private static final LatestCalls[] NONE = {};
    /** Functions with numbers below this are looked up in an array. */
    private static final int MAX_NEAR = 4096;

    private final Pairing pairing = new Pairing(this);
    private final FrameSnapshot frames;
    private final long windowNs;
    private final Long2ObjectHashMap<Edge> edges = new Long2ObjectHashMap<>();
    /** Of the functions whose mode was changed: few, or none. */
    private final Int2ObjectHashMap<ModeSeries> modes = new Int2ObjectHashMap<>();

    /** The latest calls of functions with small numbers, by number: every event asks for one. */
    private LatestCalls[] near = NONE;

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
        return modes.isEmpty() ? null : sampledNow(function);
    }

    private CallStats sampledNow(int function) {
        ModeSeries series = modes.get(function);
        if (series == null || !series.isCycled()) {
            return null;
        }
        changes().add(series);
        return series.sampled();
    }

    @Override
    public void entered(int function, long atNs) {
        CallStats sampled = sampled(function);
        if (sampled == null) {
            latest(function, atNs + wallOffsetNs).entered();
        } else {
            sampled.entered();
        }
    }

    @Override
    public void paired(int function, int caller, long durationNs, long selfNs, long atNs, long identity, int what) {
        boolean tail = (what & BatchDescriptor.KIND_MASK) == BatchDescriptor.TAIL;
        CallStats sampled = sampled(function);
        if (sampled != null) {
            sampled.paired(durationNs, selfNs);
            if (tail) {
                sampled.tail();
            }
            return;
        }
        long wallNs = atNs + wallOffsetNs;
        LatestCalls calls = latest(function, wallNs);
        calls.paired(durationNs, selfNs);
        if (tail) {
            calls.tail();
        }
        if (calls.isSlowest(durationNs)) {
            boolean goroutine = (what & (BatchDescriptor.SYSTEM_STACK | BatchDescriptor.OFF_STACK)) == 0;
            calls.slowest(durationNs, wallNs, goroutine ? identity : 0, nextSequence - 1);
        }
        calls.calledBy(sampled(caller) == null ? caller : NO_CALLER, durationNs, selfNs, wallNs);
    }

    @Override
    public void abandoned(int function, AbandonReason reason, long openNs, long atNs) {
        CallStats sampled = sampled(function);
        if (sampled == null) {
            latest(function, atNs + wallOffsetNs).abandoned(reason);
        } else {
            sampled.abandoned(reason);
        }
    }

    /** Of a cycled function most returns have no entry: those of calls that began outside of its windows. */
    @Override
    public void unmatched(int function, long atNs) {
        if (sampled(function) == null) {
            unmatched++;
            latest(function, atNs + wallOffsetNs).unmatched();
        }
    }

    @Override
    public void uncertain(int function, long atNs) {
        uncertain++;
        CallStats sampled = sampled(function);
        if (sampled == null) {
            latest(function, atNs + wallOffsetNs).uncertain();
        } else {
            sampled.uncertain();
        }
    }

    /** The latest calls of a function, in the window of this moment. */
    private LatestCalls latest(int function, long wallNs) {
        LatestCalls calls = function >= 0 && function < near.length ? near[function] : null;
        if (calls == null || !calls.counts(wallNs)) {
            calls = enterWindow(function, wallNs);
        }
        calls.update(wallNs);
        return calls;
    }

    /** Sending and saving make a function leave its window, so between two of them this is once for each window. */
    private LatestCalls enterWindow(int function, long wallNs) {
        FunctionSeries series = function(function);
        if (series.latest == null) {
            series.latest = new LatestCalls(this, series);
            keepNear(series.latest);
        }
        if (!series.latest.counts(wallNs)) {
            WindowSeries window = windowSeries(Math.floorDiv(wallNs, windowNs) * windowNs, series);
            series.latest.enter(window);
            changes().add(series);
            changes().add(window);
        }
        return series.latest;
    }

    private void keepNear(LatestCalls calls) {
        int function = calls.function().function;
        if (function >= 0 && function < MAX_NEAR) {
            if (function >= near.length) {
                near = Arrays.copyOf(near, Math.min(MAX_NEAR, Integer.highestOneBit(function + 1) << 1));
            }
            near[function] = calls;
        }
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

    /** Adds calls to an edge. */
    void called(int caller, int callee, long calls, long sumNs, long selfSumNs, long updatedNs) {
        Edge edge = edge(caller, callee);
        edge.add(calls, sumNs, selfSumNs, updatedNs);
        changes().add(edge);
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
        near = NONE;
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
