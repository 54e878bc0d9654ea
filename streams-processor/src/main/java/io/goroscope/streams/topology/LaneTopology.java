package io.goroscope.streams.topology;

import io.goroscope.schemas.Topics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The job's one sub-topology; the package's page draws it. */
final class LaneTopology {

    static final List<Topics.Kind> OUTPUTS =
            List.of(Topics.Kind.TOTALS, Topics.Kind.LATENCY, Topics.Kind.HEALTH, Topics.Kind.DEAD_LETTER);

    /**
     * Snapshot entries replace each other all the time: small segments and an eager cleaner keep what a restart reads
     * near the size of the state.
     */
    private static final Map<String, String> CHANGELOG = Map.of(
            TopicConfig.SEGMENT_BYTES_CONFIG,
            String.valueOf(64 << 20),
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
            "0.1");

    private LaneTopology() {}

    static String sinkName(Topics.Kind kind) {
        return "to-" + kind.name().toLowerCase(Locale.ROOT);
    }

    static Topology build(StreamsJobConfig settings, JobCounters counters) {
        return build(settings, () -> new LaneProcessor(settings, counters));
    }

    /** The same with other processors in the middle. */
    static Topology build(
            StreamsJobConfig settings, Supplier<? extends Processor<byte[], byte[], byte[], byte[]>> processors) {
        Topics topics = settings.topics();
        Topology topology = new Topology();
        topology.addSource(
                AutoOffsetReset.earliest(),
                "from-inputs",
                new RecordTimestamps(),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                topics.of(Topics.Kind.EVENTS),
                topics.of(Topics.Kind.COUNTS));
        topology.addProcessor(LaneProcessor.NAME, new WithStore(processors), "from-inputs");
        for (Topics.Kind kind : OUTPUTS) {
            topology.addSink(
                    sinkName(kind),
                    topics.of(kind),
                    new ByteArraySerializer(),
                    new ByteArraySerializer(),
                    LaneProcessor.NAME);
        }
        return topology;
    }

    private record WithStore(Supplier<? extends Processor<byte[], byte[], byte[], byte[]>> processors)
            implements ProcessorSupplier<byte[], byte[], byte[], byte[]> {

        @Override
        public Processor<byte[], byte[], byte[], byte[]> get() {
            return processors.get();
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(Stores.keyValueStoreBuilder(
                            Stores.inMemoryKeyValueStore(LaneProcessor.NAME), Serdes.ByteArray(), Serdes.ByteArray())
                    .withCachingEnabled()
                    .withLoggingEnabled(CHANGELOG));
        }
    }

    /** A record without a timestamp is no reason to stop; ours have their own time inside. */
    static final class RecordTimestamps implements TimestampExtractor {
        @Override
        public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
            return Math.max(0, record.timestamp());
        }
    }
}
