package io.goroscope.collector.publish;

import io.goroscope.schemas.LanePartitioner;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.Capture;
import io.goroscope.schemas.avro.FunctionCount;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.Lifecycle;
import io.goroscope.schemas.avro.LifecycleKind;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.schemas.batch.LaneSource;
import java.util.List;

/** One life of one traced process: its lanes, and its exact counts. */
public final class TracedProcess {

    private static final long NS_PER_MS = 1_000_000;

    private final ProcessId id;
    private final Origin origin;
    private final String exe;
    private final String service;
    private final List<ImageRef> images;
    private final Lane[] lanes;
    private final RecordSink sink;
    private final byte[] countsKey;
    private long countsSequence;
    private long events;

    /**
     * Which start of which collector this is.
     *
     * @param collector name of the collector
     * @param epoch its start, ns since 1970
     * @param wallOffsetNs what to add to event times to get ns since 1970, the same through the epoch
     * @param lanes lanes for each process, at least 1
     */
    public record Origin(String collector, long epoch, long wallOffsetNs, int lanes) {}

    /**
     * @param id the process
     * @param exe path of its executable
     * @param service service name
     * @param images what function ids count in
     * @param nowNs the present, ns of the kernel's monotonic clock
     */
    public TracedProcess(
            ProcessId id,
            Origin origin,
            String exe,
            String service,
            List<ImageRef> images,
            long nowNs,
            RecordSink sink) {
        this.id = id;
        this.origin = origin;
        this.exe = exe;
        this.service = service;
        this.images = List.copyOf(images);
        this.sink = sink;
        this.lanes = new Lane[origin.lanes()];
        for (int lane = 0; lane < lanes.length; lane++) {
            lanes[lane] =
                    new Lane(new LaneSource(lane(lane), exe, service, images), origin.wallOffsetNs(), nowNs, sink);
        }
        this.countsKey = LanePartitioner.key(lane(-1));
    }

    /** The process. */
    public ProcessId id() {
        return id;
    }

    /** Events that went into its batches. */
    public long events() {
        return events;
    }

    /** Adds an event to the lane of its goroutine. Allocates nothing but when a batch ends. */
    public void event(long timeNs, long goid, long depth, int function, int what, int generation, long segment) {
        events++;
        lanes[laneOf(goid)].add(timeNs, goid, depth, function, what, generation, segment);
    }

    /** Adds a captured call to the lane of its goroutine, behind the events that are there by now. */
    public void captured(Capture call) {
        lanes[laneOf(call.getIdentity())].add(call);
    }

    /** Tells every lane of something that happened now. */
    public void happened(LifecycleKind kind, int function, String detail, long nowNs) {
        Lifecycle happening = new Lifecycle(0, nowNs, kind, function, detail);
        for (Lane lane : lanes) {
            lane.add(happening);
        }
    }

    /**
     * Ends batches that have waited long enough, and sends a heartbeat in a lane that has long been silent.
     *
     * @param lost events lost since the last call with a lane-0 batch; see the result
     * @return true if {@code lost} was reported
     */
    public boolean flush(long nowNs, long lingerNs, long heartbeatNs, long lost) {
        boolean told = false;
        boolean due = false;
        for (Lane lane : lanes) {
            long age = nowNs - lane.lastFinishedNs();
            due |= age >= heartbeatNs || (lane.isPending() && age >= lingerNs);
        }
        // All together, so that they share a request to the broker: it costs more than what is in it.
        for (int lane = 0; lane < lanes.length; lane++) {
            if (due || (lane == 0 && lost > 0)) {
                boolean taken = lanes[lane].finish(nowNs, lane == 0 ? lost : 0);
                told |= taken && lane == 0;
            }
        }
        return told;
    }

    /**
     * Ends every batch that has something in it, whatever its age: the process has ended, or the collector leaves. The
     * time of an end may lie before that of the last batch, since the ring is read a little later.
     *
     * @param lost events lost since lane 0 reported last
     */
    public void finish(long nowNs, long lost) {
        for (int lane = 0; lane < lanes.length; lane++) {
            long reported = lane == 0 ? lost : 0;
            if (lanes[lane].isPending() || reported > 0) {
                lanes[lane].finish(nowNs, reported);
            }
        }
    }

    /**
     * Sends exact counts.
     *
     * @param counts cumulative; only of functions that changed
     * @param ended true for the last record
     */
    public void counts(List<FunctionCount> counts, boolean ended, long nowNs) {
        FunctionCounts record = new FunctionCounts(
                lane(-1), exe, service, images, countsSequence++, nowNs, origin.wallOffsetNs(), ended, counts);
        long timestampMs = (nowNs + origin.wallOffsetNs()) / NS_PER_MS;
        // Counts are cumulative: one that is refused is made good by the next.
        sink.offer(new OutgoingRecord(Topics.Kind.COUNTS, lane(-1), countsKey, Records.encode(record), timestampMs, 0));
    }

    /** Events in batches that the sink refused. */
    public long refusedEvents() {
        long refused = 0;
        for (Lane lane : lanes) {
            refused += lane.refusedEvents();
        }
        return refused;
    }

    private LaneId lane(int lane) {
        return new LaneId(id, origin.collector(), origin.epoch(), lane, origin.lanes());
    }

    /** Spreads goroutines evenly: ids are consecutive, and addresses of g multiples of a power of two. */
    private int laneOf(long identity) {
        long mixed = identity * 0x9E3779B97F4A7C15L;
        return (int) (((mixed >>> 32) * lanes.length) >>> 32);
    }
}
