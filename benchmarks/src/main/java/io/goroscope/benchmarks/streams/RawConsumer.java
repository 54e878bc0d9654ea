package io.goroscope.benchmarks.streams;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.DecodedBatch;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The least that anybody must do who reads the events: consume what is committed, and decode it. */
final class RawConsumer {

    private RawConsumer() {}

    /** Events a second of one pass over a partition, from the first record on. */
    static double rate(BenchCluster cluster, String topic, long records) throws BadRecordException {
        Properties properties = cluster.client();
        properties.put("isolation.level", "read_committed");
        properties.put("enable.auto.commit", "false");
        TopicPartition partition = new TopicPartition(topic, 0);
        BatchDecoder decoder = new BatchDecoder();
        DecodedBatch batch = new DecodedBatch();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long events = 0;
            long seen = 0;
            long startedNs = 0;
            while (seen < records) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofSeconds(1))) {
                    decoder.decode(each.value(), batch);
                    seen++;
                    if (startedNs == 0) {
                        startedNs = System.nanoTime();
                    } else {
                        events += batch.eventCount();
                    }
                }
            }
            return events * 1e9 / (System.nanoTime() - startedNs);
        }
    }
}
