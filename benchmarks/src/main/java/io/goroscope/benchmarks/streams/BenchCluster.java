package io.goroscope.benchmarks.streams;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.schemas.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A real broker in this JVM, and the topics of one configuration at a time. */
final class BenchCluster implements AutoCloseable {

    /** Takes records for one partition. */
    @FunctionalInterface
    interface Output {
        void record(int partition, byte[] key, byte[] value);
    }

    /** Makes records. */
    @FunctionalInterface
    interface Input {
        void writeTo(Output output);
    }

    private final EmbeddedBroker broker;
    private final Admin admin;

    BenchCluster(Path folder) {
        broker = EmbeddedBroker.create(folder.resolve("kafka"), Map.of());
        admin = Admin.create(client());
    }

    Properties client() {
        Properties client = new Properties();
        client.put("bootstrap.servers", broker.bootstrapServers());
        return client;
    }

    /** Creates topics in which nothing is deleted by age. */
    void create(List<String> names, int partitions) throws InterruptedException, ExecutionException {
        List<NewTopic> topics = new ArrayList<>();
        for (String name : names) {
            topics.add(new NewTopic(name, partitions, (short) 1).configs(Map.of("retention.ms", "-1")));
        }
        admin.createTopics(topics).all().get();
    }

    void create(Topics topics, int partitions) throws InterruptedException, ExecutionException {
        create(names(topics), partitions);
    }

    private static List<String> names(Topics topics) {
        List<String> names = new ArrayList<>();
        for (Topics.Kind kind : Topics.Kind.values()) {
            names.add(topics.of(kind));
        }
        return names;
    }

    /** Deletes all topics whose names begin with {@code prefix}; their disk space is needed again. */
    void delete(String prefix) throws InterruptedException, ExecutionException {
        List<String> names = admin.listTopics().names().get().stream()
                .filter(name -> name.startsWith(prefix))
                .toList();
        admin.deleteTopics(names).all().get();
    }

    /** Fills a topic. */
    void fill(String topic, Input input) {
        Properties properties = client();
        properties.put("acks", "all");
        properties.put("linger.ms", "20");
        properties.put("batch.size", "262144");
        properties.put("max.request.size", "1048576");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            input.writeTo((partition, key, value) -> {
                var unused = producer.send(new ProducerRecord<>(topic, partition, 1_790_000_000_000L, key, value));
            });
        }
    }

    /** Records of a topic that a group has committed, all partitions. */
    long committed(String group, String topic) throws InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        return offsets.entrySet().stream()
                .filter(each -> each.getKey().topic().equals(topic) && each.getValue() != null)
                .mapToLong(each -> each.getValue().offset())
                .sum();
    }

    @Override
    public void close() {
        admin.close();
        broker.close();
    }
}
