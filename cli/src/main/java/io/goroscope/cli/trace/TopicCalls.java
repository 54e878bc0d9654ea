package io.goroscope.cli.trace;

import io.goroscope.collector.publish.Producers;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads recorded calls from Kafka, in no group: every partition of the events, and the names as they are needed. */
final class TopicCalls implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaConsumer<byte[], byte[]> events;
    private final KafkaConsumer<byte[], byte[]> names;
    private final RecordedCalls calls;

    private TopicCalls(
            KafkaConsumer<byte[], byte[]> events, KafkaConsumer<byte[], byte[]> names, RecordedCalls.Handler handler) {
        this.events = events;
        this.names = names;
        this.calls = new RecordedCalls(this::readNames, handler);
    }

    /**
     * Connects.
     *
     * @param fromBeginning true to read what the topic has; false for what comes from now on
     * @throws UserException if no broker answers, or a topic is not there
     */
    static TopicCalls open(Properties client, Topics topics, boolean fromBeginning, RecordedCalls.Handler handler) {
        Producers.partitions(client, topics);
        KafkaConsumer<byte[], byte[]> events = consumer(client, topics.of(Topics.Kind.EVENTS), fromBeginning);
        try {
            return new TopicCalls(events, consumer(client, topics.of(Topics.Kind.FUNCTIONS), true), handler);
        } catch (RuntimeException e) {
            events.close();
            throw e;
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Properties client, String topic, boolean fromBeginning) {
        Properties properties = new Properties();
        properties.putAll(client);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            if (fromBeginning) {
                consumer.seekToBeginning(partitions);
            } else {
                consumer.seekToEnd(partitions);
                partitions.forEach(consumer::position); // now, not at the first poll
            }
            return consumer;
        } catch (KafkaException e) {
            consumer.close();
            throw new UserException("cannot read topic " + topic + ": " + e.getMessage(), e);
        }
    }

    /** Waits a little for records, and hands on the calls in them. */
    void poll() {
        try {
            for (ConsumerRecord<byte[], byte[]> record : events.poll(POLL)) {
                calls.batch(record.value());
            }
        } catch (KafkaException e) {
            throw new UserException("reading from Kafka ended: " + e.getMessage(), e);
        }
    }

    private void readNames() {
        Map<TopicPartition, Long> ends = names.endOffsets(names.assignment());
        while (ends.entrySet().stream().anyMatch(end -> names.position(end.getKey()) < end.getValue())) {
            names.poll(POLL).forEach(record -> calls.name(record.value()));
        }
    }

    /** Says on stderr what is not there. */
    void warn() {
        calls.warn();
    }

    @Override
    public void close() {
        try (events) {
            names.close();
        }
    }
}
