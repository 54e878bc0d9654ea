package io.goroscope.streams.topology;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Topics;
import io.goroscope.streams.lane.LaneSet;
import io.goroscope.streams.lane.LaneSet.Input;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The job as one would write it first, which is wrong: state on the heap, sent and saved by a punctuator that asks for a
 * commit each time. A commit that nobody asked for (a rebalance, an end in order, the interval) takes offsets whose
 * records only the heap knows. It is here to show that the crash tests can fail.
 */
public final class PunctuatorScheme implements Processor<byte[], byte[], byte[], byte[]> {

    private final StreamsJobConfig settings;
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<byte[], byte[]> store;
    private LaneSet lanes;
    private Cancellable ticks;

    private PunctuatorScheme(StreamsJobConfig settings) {
        this.settings = settings;
    }

    /** Starts an instance. */
    public static AutoCloseable start(StreamsJobConfig settings) {
        KafkaStreams streams = new KafkaStreams(
                LaneTopology.build(settings, () -> new PunctuatorScheme(settings)), JobProperties.of(settings));
        streams.start();
        return streams;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> newContext) {
        close();
        context = newContext;
        store = context.getStateStore(LaneProcessor.NAME);
        lanes = new LaneSet(settings.window().toNanos());
        try (KeyValueIterator<byte[], byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<byte[], byte[]> each = all.next();
                lanes.load(each.key, each.value);
            }
        }
        lanes.loaded();
        ticks = context.schedule(settings.sendEvery(), PunctuationType.WALL_CLOCK_TIME, this::tick);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata from = context.recordMetadata().orElseThrow();
        boolean events = from.topic().equals(settings.topics().of(Topics.Kind.EVENTS));
        try {
            lanes.check(events ? Input.EVENTS : Input.COUNTS, record.value());
            lanes.apply(record.timestamp());
        } catch (BadRecordException e) {
            context.forward(DeadLetter.of(record, from, e), LaneTopology.sinkName(Topics.Kind.DEAD_LETTER));
        }
    }

    private void tick(long nowMs) {
        lanes.send((topic, key, value, timestampMs) ->
                context.forward(new Record<>(key, value, timestampMs), LaneTopology.sinkName(topic)));
        lanes.save(store::put);
        context.commit();
    }

    @Override
    public void close() {
        if (ticks != null) {
            ticks.cancel();
        }
    }
}
