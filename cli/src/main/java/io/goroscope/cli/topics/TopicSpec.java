package io.goroscope.cli.topics;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.batch.BatchDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;

/**
 * How one topic is to be made.
 *
 * @param kind what it is for
 * @param name its name
 * @param partitions how many; {@code counts} has as many as {@code events}
 * @param settings the topic's own settings
 */
public record TopicSpec(Topics.Kind kind, String name, int partitions, Map<String, String> settings) {

    /** Keeps records whatever their age. */
    public static final Duration FOREVER = Duration.ofMillis(-1);

    /** Room for a record above its value: key, headers and batch overhead, bytes. */
    private static final int RECORD_OVERHEAD = 64 * 1024;

    /** The largest record that a topic must take, bytes. */
    static final int MIN_MESSAGE_BYTES = BatchDescriptor.MAX_BYTES + RECORD_OVERHEAD;

    private static final String SEGMENT_BYTES = String.valueOf(64 << 20);

    public TopicSpec {
        settings = Map.copyOf(settings);
    }

    /**
     * All topics of a pipeline.
     *
     * @param partitions of the topics that lanes spread over
     * @param retention how long events and windows stay, or {@link #FOREVER}: a replayed capture is as old as it is, and
     *     Kafka judges age by the record's own timestamp
     */
    public static List<TopicSpec> all(Topics topics, int partitions, Duration retention) {
        List<TopicSpec> all = new ArrayList<>();
        for (Topics.Kind kind : Topics.Kind.values()) {
            all.add(
                    switch (kind) {
                        case EVENTS, COUNTS, LATENCY ->
                            new TopicSpec(kind, topics.of(kind), partitions, deleted(retention));
                        case TOTALS, HEALTH -> new TopicSpec(kind, topics.of(kind), partitions, compacted());
                        case FUNCTIONS -> new TopicSpec(kind, topics.of(kind), 1, compacted());
                        case DEAD_LETTER -> new TopicSpec(kind, topics.of(kind), 1, deleted(retention));
                    });
        }
        return List.copyOf(all);
    }

    boolean isCompacted() {
        return TopicConfig.CLEANUP_POLICY_COMPACT.equals(settings.get(TopicConfig.CLEANUP_POLICY_CONFIG));
    }

    private static Map<String, String> deleted(Duration retention) {
        Map<String, String> settings = common();
        settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        settings.put(TopicConfig.RETENTION_MS_CONFIG, String.valueOf(retention.toMillis()));
        return settings;
    }

    /** Small segments and an eager cleaner: what a sink reads at its start stays near the number of keys. */
    private static Map<String, String> compacted() {
        Map<String, String> settings = common();
        settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
        settings.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1");
        return settings;
    }

    private static Map<String, String> common() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(TopicConfig.SEGMENT_BYTES_CONFIG, SEGMENT_BYTES);
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(2 * BatchDescriptor.MAX_BYTES));
        // The pipeline's time is the lanes' own, never the broker's.
        settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");
        return settings;
    }
}
