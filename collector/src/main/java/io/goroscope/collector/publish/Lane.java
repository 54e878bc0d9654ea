package io.goroscope.collector.publish;

import io.goroscope.schemas.LanePartitioner;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.Capture;
import io.goroscope.schemas.avro.Lifecycle;
import io.goroscope.schemas.batch.BatchEncoder;
import io.goroscope.schemas.batch.LaneSource;

/**
 * One lane of one process: collects events into batches and offers each to the sink when it is full or old enough.
 */
final class Lane {

    /** Events in a batch at most: a compromise between the cost per batch and the delay that it adds. */
    static final int MAX_EVENTS = 4096;

    private static final long NS_PER_MS = 1_000_000;

    private final LaneSource source;
    private final byte[] key;
    private final BatchEncoder encoder;
    private final long wallOffsetNs;
    private final RecordSink sink;
    private long lastFinishedNs;
    private long refusedEvents;

    /**
     * @param source the lane
     * @param wallOffsetNs what to add to event times to get ns since 1970
     * @param nowNs the present, ns of the kernel's monotonic clock
     * @param sink where batches go
     */
    Lane(LaneSource source, long wallOffsetNs, long nowNs, RecordSink sink) {
        this.source = source;
        this.key = LanePartitioner.key(source.id());
        this.encoder = new BatchEncoder(source, wallOffsetNs, MAX_EVENTS);
        this.wallOffsetNs = wallOffsetNs;
        this.sink = sink;
        this.lastFinishedNs = nowNs;
    }

    void add(long timeNs, long goid, long depth, int function, int what, int generation, long segment) {
        if (encoder.isFull()) {
            finish(timeNs, 0);
        }
        encoder.add(timeNs, goid, depth, function, what, generation, segment);
    }

    void add(Lifecycle happening) {
        // Each lane's batch sets its own position in the happening.
        encoder.add(Lifecycle.newBuilder(happening).build());
        if (encoder.isFull()) {
            finish(happening.getTimeNs(), 0);
        }
    }

    void add(Capture call) {
        if (encoder.isFull()) {
            finish(call.getTimeNs(), 0);
        }
        encoder.add(call);
    }

    /** True where something waits to be sent. */
    boolean isPending() {
        return !encoder.isEmpty();
    }

    /** When the last batch was finished, ns. */
    long lastFinishedNs() {
        return lastFinishedNs;
    }

    /**
     * Ends the batch, with events or without (a heartbeat), and offers it.
     *
     * @param nowNs the present, ns
     * @param lost events of the process lost since the batch before; 0 in all lanes but the first
     * @return false if it was refused: then what was lost has to be told again
     */
    boolean finish(long nowNs, long lost) {
        int events = encoder.eventCount();
        long timeNs = events == 0 ? nowNs : encoder.firstTimeNs();
        byte[] value = encoder.finish(nowNs, lost);
        lastFinishedNs = nowNs;
        long timestampMs = (timeNs + wallOffsetNs) / NS_PER_MS;
        boolean taken =
                sink.offer(new OutgoingRecord(Topics.Kind.EVENTS, source.id(), key, value, timestampMs, events, lost));
        if (!taken) {
            refusedEvents += events;
        }
        return taken;
    }

    /** Events in batches that the sink refused. */
    long refusedEvents() {
        return refusedEvents;
    }
}
