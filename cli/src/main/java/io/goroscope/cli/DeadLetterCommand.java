package io.goroscope.cli;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.streams.topology.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the records that could not be read, and why. */
@Command(
        name = "deadletter",
        mixinStandardHelpOptions = true,
        description = "Lists the records in the dead-letter topic: when, from where, and why each could not be read.")
final class DeadLetterCommand implements Callable<Integer> {

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int LIMIT_MS = 15_000;

    @Mixin
    private KafkaOptions kafka;

    @Override
    public Integer call() {
        Properties properties = new Properties();
        properties.putAll(kafka.client());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, String.valueOf(LIMIT_MS));
        String topic = kafka.topics().of(Topics.Kind.DEAD_LETTER);
        long count = 0;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            System.out.printf(Locale.ROOT, "%-24s %-12s %-28s %s%n", "TIME", "REASON", "FROM", "DETAIL");
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    print(record);
                    count++;
                }
            }
        } catch (KafkaException e) {
            throw new UserException(
                    "cannot read " + topic + " from " + kafka.bootstrapServers() + ": " + e.getMessage(), e);
        }
        System.err.println("goroscope: " + count + " bad records in " + topic);
        return 0;
    }

    private static void print(ConsumerRecord<byte[], byte[]> record) {
        System.out.printf(
                Locale.ROOT,
                "%-24s %-12s %-28s %s%n",
                Instant.ofEpochMilli(record.timestamp()),
                header(record, DeadLetter.REASON),
                header(record, DeadLetter.TOPIC) + "-" + header(record, DeadLetter.PARTITION) + "@"
                        + header(record, DeadLetter.OFFSET),
                header(record, DeadLetter.DETAIL));
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "?" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
