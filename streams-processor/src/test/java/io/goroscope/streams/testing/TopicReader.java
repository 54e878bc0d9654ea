package io.goroscope.streams.testing;

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

/** Reads what is committed in a topic, from its beginning to its present end. */
public final class TopicReader {

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

    /** Hands out all records, those of a partition in their order. */
    public static void read(Properties client, String topic, Consumer<ConsumerRecord<byte[], byte[]>> into) {
        Properties properties = new Properties();
        properties.putAll(client);
        properties.put("isolation.level", "read_committed");
        properties.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(into);
            }
        }
    }
}
