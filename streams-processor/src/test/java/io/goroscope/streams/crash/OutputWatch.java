package io.goroscope.streams.crash;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.LanePartitioner;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.HealthKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Watches the committed records of goroscope.health, as a sink would, and knows when each task was heard of. */
final class OutputWatch implements AutoCloseable {

    private final long[] firstNs;
    private final Thread thread;
    private long notBeforeNs = Long.MAX_VALUE;
    private volatile boolean closed;
    private volatile RuntimeException failure;

    /** @param tasks partitions of the inputs, and of the topic */
    OutputWatch(Properties client, String topic, int tasks) {
        firstNs = new long[tasks];
        thread = new Thread(
                () -> {
                    try {
                        watch(client, topic);
                    } catch (RuntimeException e) {
                        failure = e;
                    }
                },
                "output-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void watch(Properties client, String topic) {
        Properties properties = new Properties();
        properties.putAll(client);
        properties.put("isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, firstNs.length)
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!closed) {
                consumer.poll(Duration.ofMillis(100)).forEach(this::saw);
            }
        }
    }

    private synchronized void saw(ConsumerRecord<byte[], byte[]> record) {
        long nowNs = System.nanoTime();
        if (nowNs < notBeforeNs) {
            return;
        }
        try {
            int task = LanePartitioner.partition(
                    Records.decode(record.key(), HealthKey.class).getSource(), firstNs.length);
            if (firstNs[task] == 0) {
                firstNs[task] = nowNs;
            }
        } catch (BadRecordException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From this moment on ({@link System#nanoTime}) it notes when each task is heard of first. */
    synchronized void from(long momentNs) {
        notBeforeNs = momentNs;
        Arrays.fill(firstNs, 0);
    }

    /**
     * True when all tasks were heard of.
     *
     * @throws IllegalStateException if it cannot hear of them
     */
    synchronized boolean heardOfAll() {
        if (failure != null) {
            throw new IllegalStateException("the watch of the outputs failed", failure);
        }
        return Arrays.stream(firstNs).allMatch(each -> each != 0);
    }

    /** When the last of them was heard of first. */
    synchronized long lastFirstNs() {
        return Arrays.stream(firstNs).max().orElseThrow();
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
