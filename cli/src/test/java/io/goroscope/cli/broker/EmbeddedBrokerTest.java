package io.goroscope.cli.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path parent;

    @Test
    void shouldCommitTransactionsAndKeepThemAcrossStopAndStart() throws Exception {
        Path folder = parent.resolve("with space");
        try (EmbeddedBroker broker = EmbeddedBroker.create(folder, Map.of())) {
            String address = broker.bootstrapServers();
            createTopic(broker, "t");
            try (KafkaProducer<byte[], byte[]> producer = producer(address)) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(record("aborted")).get();
                producer.abortTransaction();
                producer.beginTransaction();
                producer.send(record("committed")).get();
                producer.commitTransaction();
            }
            assertThat(committed(address, 1)).containsExactly("committed");

            broker.stop();
            broker.start();

            assertThat(broker.bootstrapServers()).isEqualTo(address);
            assertThat(committed(address, 1)).containsExactly("committed");
        }
        assertThat(folder).doesNotExist();
    }

    @Test
    void shouldNotCreateTopicsByItself() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.create();
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            try (KafkaConsumer<byte[], byte[]> consumer = consumer(broker.bootstrapServers())) {
                assertThat(consumer.partitionsFor("absent", Duration.ofSeconds(5)))
                        .isNullOrEmpty();
            }
            assertThat(admin.listTopics().names().get()).isEmpty();
        }
    }

    private static void createTopic(EmbeddedBroker broker, String name) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String value) {
        return new ProducerRecord<>("t", value.getBytes(StandardCharsets.UTF_8));
    }

    private static KafkaProducer<byte[], byte[]> producer(String address) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", address, "transactional.id", "tx"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String address) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        address,
                        "group.id",
                        "g-" + System.nanoTime(),
                        "auto.offset.reset",
                        "earliest",
                        "allow.auto.create.topics",
                        "true",
                        "isolation.level",
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static List<String> committed(String address, int count) {
        List<String> values = new ArrayList<>();
        long end = System.nanoTime() + LIMIT.toNanos();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(address)) {
            consumer.subscribe(List.of("t"));
            while (values.size() < count && System.nanoTime() < end) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(200))) {
                    values.add(new String(each.value(), StandardCharsets.UTF_8));
                }
            }
        }
        return values;
    }
}
