package io.goroscope.streams.lane;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.BadRecordException.Reason;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.schemas.batch.LaneSource;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.ByteWriter;
import io.goroscope.streams.snapshot.SnapshotSink;
import io.goroscope.streams.snapshot.StateKey;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * All lanes of one partition. A record is first checked, then applied; the caller may write it down in between. Not safe
 * for use by several threads.
 */
public final class LaneSet {

    /** Which topic a record came from. */
    public enum Input {
        /** {@code goroscope.events}. */
        EVENTS,
        /** {@code goroscope.counts}. */
        COUNTS
    }

    /** How many lanes are remembered after they were retired, so that late duplicates are known as such. */
    private static final int MAX_RETIRED = 4096;

    private final long windowNs;
    private final ByteWriter writer = new ByteWriter();
    private final BatchDecoder decoder = new BatchDecoder();
    private final DecodedBatch batch = new DecodedBatch();
    private final TimeRules rules = new TimeRules();

    private final Map<ByteBuffer, Lane> bySource = new HashMap<>();
    private final TreeMap<Integer, Lane> byNumber = new TreeMap<>();
    private final Set<Lane> unsent = new LinkedHashSet<>();
    private final Set<Lane> unsaved = new LinkedHashSet<>();
    private final Set<Lane> ended = new LinkedHashSet<>();
    private final Deque<Lane> retired = new ArrayDeque<>();

    private Lane checkedLane;
    private LaneSource checkedSource;
    private FunctionCounts checkedCounts;

    /** @param windowNs size of windows, ns */
    public LaneSet(long windowNs) {
        if (windowNs <= 0) {
            throw new IllegalArgumentException("windowNs must be positive, is " + windowNs);
        }
        this.windowNs = windowNs;
    }

    /**
     * Checks a record and keeps it for {@link #apply}. No lane changes.
     *
     * @throws BadRecordException if it is no record that this state can take
     */
    public void check(Input input, byte[] record) throws BadRecordException {
        if (record == null) {
            throw new BadRecordException(Reason.TRUNCATED, "no value");
        }
        checkedCounts = null;
        if (input == Input.EVENTS) {
            checkEvents(record);
        } else {
            checkCounts(record);
        }
    }

    /** What of the record that was checked last has to be kept to apply it again: values of calls stay in their topic alone. */
    public byte[] toKeep(byte[] record) {
        return checkedCounts == null && batch.hasCaptures() ? batch.withoutCaptures() : record;
    }

    private void checkEvents(byte[] record) throws BadRecordException {
        decoder.decode(record, batch);
        checkedLane = bySource.get(ByteBuffer.wrap(batch.bytes(), batch.sourceOffset(), batch.sourceLength()));
        if (checkedLane == null) {
            checkedSource = decoder.source(batch);
            // Avro lets an array be written in several blocks: such a writer's lanes are found by their plain form.
            checkedLane = bySource.get(ByteBuffer.wrap(checkedSource.encode()));
        }
        if (checkedLane == null) {
            rules.check(batch);
        } else {
            ((EventLane) checkedLane).check(batch, rules);
        }
    }

    private void checkCounts(byte[] record) throws BadRecordException {
        FunctionCounts counts = Records.decode(record, FunctionCounts.class);
        CountLane.check(counts);
        checkedSource = new LaneSource(counts.getSource(), counts.getExe(), counts.getService(), counts.getImages());
        checkedLane = bySource.get(ByteBuffer.wrap(checkedSource.encode()));
        checkedCounts = counts;
    }

    /**
     * Applies the record that was checked last; this cannot fail.
     *
     * @param timestampMs the record's timestamp, ms since 1970
     */
    public void apply(long timestampMs) {
        Lane lane = checkedLane != null ? checkedLane : newLane();
        boolean wasRetired = lane.isRetired();
        if (checkedCounts != null) {
            ((CountLane) lane).apply(checkedCounts, timestampMs);
        } else {
            ((EventLane) lane).apply(batch, timestampMs);
        }
        if (wasRetired && !lane.isRetired()) {
            retired.remove(lane);
        }
        changed(lane);
    }

    private Lane newLane() {
        int number = byNumber.isEmpty() ? 0 : byNumber.lastKey() + 1;
        Lane lane = checkedCounts != null
                ? new CountLane(
                        number, checkedSource, checkedCounts.getTimeNs() + checkedCounts.getWallOffsetNs(), writer)
                : new EventLane(number, checkedSource, batch.baseTimeNs(), batch.wallOffsetNs(), windowNs, writer);
        supersedeOlder(lane);
        add(lane);
        return lane;
    }

    private void add(Lane lane) {
        byNumber.put(lane.number(), lane);
        bySource.put(ByteBuffer.wrap(lane.source().encode()), lane);
    }

    /** A collector that was started again has left what its earlier start saw of the same lane. */
    private void supersedeOlder(Lane younger) {
        LaneId id = younger.source().id();
        for (Lane lane : byNumber.values()) {
            LaneId other = lane.source().id();
            if (other.getEpoch() < id.getEpoch()
                    && other.getLane() == id.getLane()
                    && other.getCollector().equals(id.getCollector())
                    && other.getProcess().equals(id.getProcess())
                    && !lane.isEnded()) {
                lane.supersede();
                changed(lane);
            }
        }
    }

    private void changed(Lane lane) {
        unsent.add(lane);
        unsaved.add(lane);
        if (lane.isEnded() && !lane.isRetired()) {
            ended.add(lane);
        } else {
            ended.remove(lane);
        }
    }

    /** True where something was not sent yet. */
    public boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    /** True where something was not saved yet. */
    public boolean hasUnsaved() {
        return !unsaved.isEmpty();
    }

    /** Sends the output records of all that changed. */
    public void send(OutputSink out) {
        for (Lane lane : unsent) {
            lane.changes().send(out);
        }
        // What was sent last of a closed window can be dropped with the next save.
        unsaved.addAll(unsent);
        unsent.clear();
    }

    /** Saves all that changed. */
    public void save(SnapshotSink sink) {
        for (Lane lane : unsaved) {
            lane.saveChanges(sink);
        }
        unsaved.clear();
    }

    /** Numbers of the lanes that ended and are not retired yet. */
    public Collection<Integer> ended() {
        return ended.stream().map(Lane::number).toList();
    }

    /**
     * Retires a lane that has ended: tombstones for its series, and its last values under another type. Everything must
     * have been sent and saved before.
     */
    public void retire(int number, OutputSink out, SnapshotSink sink) {
        Lane lane = byNumber.get(number);
        if (lane == null || !ended.remove(lane) || unsent.contains(lane)) {
            throw new IllegalStateException("lane " + number + " has not ended, or was not sent");
        }
        lane.retire(out, sink);
        retired.add(lane);
        if (retired.size() > MAX_RETIRED) {
            Lane oldest = retired.remove();
            byNumber.remove(oldest.number());
            bySource.remove(ByteBuffer.wrap(oldest.source().encode()));
            sink.put(StateKey.lane(oldest.number()), null);
        }
    }

    /** Lanes that are not retired. */
    public int size() {
        return byNumber.size() - retired.size();
    }

    /**
     * Reads an entry that was saved. Entries have to come in the order of their keys, into an empty set; {@link #loaded}
     * ends it.
     */
    public void load(byte[] key, byte[] value) {
        ByteBuffer at = ByteBuffer.wrap(key);
        byte kind = at.get();
        int number = at.getInt();
        if (kind == StateKey.LANE) {
            loadLane(number, value);
            return;
        }
        Lane lane = byNumber.get(number);
        if (kind == StateKey.FRAMES) {
            ((EventLane) lane).loadFrames(at.getInt(), at.getInt(), value);
            return;
        }
        ByteReader in = new ByteReader(value);
        switch (kind) {
            case StateKey.FUNCTION -> lane.loadFunction(at.getInt(), in);
            case StateKey.EDGE -> ((EventLane) lane).loadEdge(at.getInt(), at.getInt(), in);
            case StateKey.MODE -> ((EventLane) lane).loadMode(at.getInt(), in);
            case StateKey.WINDOW -> ((EventLane) lane).loadWindow(at.getLong(), at.getInt(), in);
            default -> throw new IllegalStateException("unknown kind of state " + kind);
        }
    }

    private void loadLane(int number, byte[] value) {
        ByteReader in = new ByteReader(value);
        boolean wasUnsent = in.flag();
        LaneSource source = LaneSource.decode(in.block());
        Lane lane = source.id().getLane() < 0
                ? new CountLane(number, source, 0, writer)
                : new EventLane(number, source, 0, 0, windowNs, writer);
        lane.load(in);
        if (wasUnsent) {
            lane.changes().addUnsent(lane);
        }
        add(lane);
    }

    /** Ends the reading of entries. */
    public void loaded() {
        for (Lane lane : byNumber.values()) {
            lane.loaded();
            if (lane.isRetired()) {
                retired.add(lane);
            } else {
                changed(lane);
            }
        }
    }
}
