package io.goroscope.testbed.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what is committed in a topic, from its beginning to its present end.
 *
 * <p>The end is the high watermark and not the last stable offset. The coordinator answers a commit before it has written
 * the transaction's markers into the partitions, so a reader that stopped at the last stable offset would miss what its
 * writer has seen committed. A transaction that is still open is waited for.
 */
public final class TopicReader {

    private static final Duration POLL = Duration.ofMillis(200);
    /** Above the timeout of a transaction whose writer was killed. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private TopicReader() {}

    /** The last value of each key; a tombstone removes it. */
    public static NavigableMap<byte[], byte[]> lastValues(Properties client, String topic) {
        NavigableMap<byte[], byte[]> last = new TreeMap<>(Arrays::compareUnsigned);
        read(client, topic, record -> {
            if (record.value() == null) {
                last.remove(record.key());
            } else {
                last.put(record.key(), record.value());
            }
        });
        return last;
    }

    /** All records. */
    public static List<ConsumerRecord<byte[], byte[]>> all(Properties client, String topic) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        read(client, topic, all::add);
        return all;
    }

    /** All records, of a broker that asks for nothing but its address. */
    public static List<ConsumerRecord<byte[], byte[]>> all(String bootstrapServers, String topic) {
        Properties client = new Properties();
        client.put("bootstrap.servers", bootstrapServers);
        return all(client, topic);
    }

    /**
     * Hands out all records, those of a partition in their order.
     *
     * @throws IllegalStateException if the end is not reached in two minutes
     */
    public static void read(Properties client, String topic, Consumer<ConsumerRecord<byte[], byte[]>> into) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(client, "read_committed")) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            Map<TopicPartition, Long> ends;
            try (KafkaConsumer<byte[], byte[]> all = consumer(client, "read_uncommitted")) {
                ends = all.endOffsets(partitions);
            }
            consumer.assign(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("the end of " + topic + " was not reached, at " + ends);
                }
                consumer.poll(POLL).forEach(into);
            }
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Properties client, String isolation) {
        Properties properties = new Properties();
        properties.putAll(client);
        properties.put("isolation.level", isolation);
        properties.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
