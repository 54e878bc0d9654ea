package io.goroscope.streams.topology;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.streams.lane.LaneSet;
import io.goroscope.streams.lane.LaneSet.Input;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task: checks a record, journals it, applies it, and every so often sends and saves what changed.
 *
 * <p>Wall-clock time decides only when something is sent, saved or retired, never what.
 */
final class LaneProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    static final String NAME = "lanes";

    private static final Logger LOG = LoggerFactory.getLogger(LaneProcessor.class);

    private final StreamsJobConfig settings;
    private final JobCounters counters;
    private final Map<Integer, Long> endedSinceMs = new HashMap<>();
    private ProcessorContext<byte[], byte[]> context;
    private Cancellable ticks;
    private LaneSet lanes;
    private Journal journal;
    private long unsettled;

    LaneProcessor(StreamsJobConfig settings, JobCounters counters) {
        this.settings = settings;
        this.counters = counters;
    }

    /** Also runs on a task that is revived or resumed, so nothing of before may stay. */
    @Override
    public void init(ProcessorContext<byte[], byte[]> newContext) {
        close();
        boolean revived = context != null;
        context = newContext;
        lanes = new LaneSet(settings.window().toNanos());
        endedSinceMs.clear();
        unsettled = 0;
        KeyValueStore<byte[], byte[]> store = context.getStateStore(NAME);
        journal = new Journal(store, settings.journalBytes());
        restore(revived);
        // All tasks of a thread at the same moments, since they share its transactions.
        ticks = context.schedule(Instant.EPOCH, settings.sendEvery(), PunctuationType.WALL_CLOCK_TIME, this::tick);
    }

    private void restore(boolean revived) {
        long started = System.nanoTime();
        var entries = journal.restore(lanes::load);
        lanes.loaded();
        for (Journal.Entry entry : entries) {
            try {
                lanes.check(entry.input, entry.record);
            } catch (BadRecordException e) {
                throw new IllegalStateException("a record that was valid no longer is", e);
            }
            lanes.apply(entry.timestampMs);
        }
        LOG.info(
                "{} {}: {} lanes and {} journal entries restored in {} ms",
                revived ? "revived task" : "task",
                context.taskId(),
                lanes.size(),
                entries.size(),
                Duration.ofNanos(System.nanoTime() - started).toMillis());
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata from = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a record that comes from nowhere"));
        Input input = from.topic().equals(settings.topics().of(Topics.Kind.EVENTS)) ? Input.EVENTS : Input.COUNTS;
        noticeLoss(from, journal.skipped(input, from.offset()));
        try {
            lanes.check(input, record.value());
        } catch (BadRecordException e) {
            journal.pass(input, record.timestamp(), from.offset());
            counters.refused(e.reason());
            context.forward(DeadLetter.of(record, from, e), LaneTopology.sinkName(Topics.Kind.DEAD_LETTER));
            snapshotIfDue();
            return;
        }
        journal.append(input, record.timestamp(), from.offset(), lanes.toKeep(record.value()));
        lanes.apply(record.timestamp());
        counters.applied();
        unsettled++;
        snapshotIfDue();
    }

    /** Nothing else would tell: where an offset is out of range, Kafka goes on at the oldest record that is left. */
    private void noticeLoss(RecordMetadata from, long records) {
        if (records == 0) {
            return;
        }
        counters.skipped(records);
        String what = records + " records of " + from.topic() + "-" + from.partition() + " before offset "
                + from.offset() + " were deleted before they were read: retention.ms is too short";
        if (!settings.acceptLoss()) {
            throw new UserException(what + "; lengthen it, then start with --accept-loss to go on without them");
        }
        LOG.warn("{}; going on without them", what);
    }

    private void snapshotIfDue() {
        if (journal.isFull()) {
            snapshot();
        }
    }

    private void tick(long nowMs) {
        if (lanes.hasUnsent()) {
            lanes.send(this::send);
        }
        if (!journal.isEmpty() || lanes.hasUnsaved()) {
            snapshot();
            journal.emptySlots();
            context.commit();
        }
        counters.settled(unsettled);
        unsettled = 0;
        retire(nowMs);
    }

    private void snapshot() {
        journal.snapshot(lanes::save);
        counters.snapshot();
    }

    private void retire(long nowMs) {
        endedSinceMs.keySet().retainAll(lanes.ended());
        for (int lane : lanes.ended()) {
            long sinceMs = endedSinceMs.computeIfAbsent(lane, unused -> nowMs);
            if (nowMs - sinceMs >= settings.retireAfter().toMillis()) {
                journal.snapshot(sink -> lanes.retire(lane, this::send, sink));
                endedSinceMs.remove(lane);
            }
        }
    }

    private void send(Topics.Kind topic, byte[] key, byte[] value, long timestampMs) {
        context.forward(new Record<>(key, value, timestampMs), LaneTopology.sinkName(topic));
    }

    /** Neither puts nor forwards: what it wrote would land in the next transaction. */
    @Override
    public void close() {
        if (ticks != null) {
            ticks.cancel();
            ticks = null;
        }
    }
}
