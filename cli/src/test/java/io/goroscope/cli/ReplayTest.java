package io.goroscope.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.cli.topics.TopicSetup;
import io.goroscope.cli.topics.TopicSpec;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.schemas.capture.CaptureReader;
import io.goroscope.streams.topology.StreamsJob;
import io.goroscope.streams.topology.StreamsJobConfig;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shipped capture, recorded from Debian 12's Prometheus, gives the same bytes whenever and however it is replayed:
 * offline, through Kafka, and through Kafka a second time.
 */
class ReplayTest {

    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private Path capture;

    @BeforeEach
    void copyCapture() throws Exception {
        capture = folder.resolve("prometheus.avro");
        try (InputStream in = Main.class.getResourceAsStream("demo/prometheus.avro")) {
            Files.copy(in, capture);
        }
    }

    @Test
    void shouldWriteTheSameBytesOfflineEachTime() throws Exception {
        Path first = folder.resolve("first.avro");
        Path second = folder.resolve("second.avro");
        assertThat(Main.run("replay", "--offline", "--out", first.toString(), capture.toString()))
                .isZero();
        assertThat(Main.run("replay", "--offline", "--out", second.toString(), capture.toString()))
                .isZero();
        assertThat(first).hasSameBinaryContentAs(second);
        assertThat(outputs(first)).hasSizeGreaterThan(100);
    }

    @Test
    void shouldGiveThroughKafkaWhatItGivesOffline() throws Exception {
        Path offline = folder.resolve("offline.avro");
        assertThat(Main.run("replay", "--offline", "--out", offline.toString(), capture.toString()))
                .isZero();
        SortedMap<String, String> expected = outputs(offline);
        try (EmbeddedBroker broker = EmbeddedBroker.create()) {
            Properties client = new Properties();
            client.put("bootstrap.servers", broker.bootstrapServers());
            try (TopicSetup setup = TopicSetup.connect(client)) {
                setup.create(TopicSpec.all(Topics.DEFAULT, 4, TopicSpec.FOREVER), 0, 1);
            }
            StreamsJobConfig config =
                    StreamsJobConfig.of(client, folder.resolve("state")).withWindow(WINDOW);
            try (StreamsJob job = StreamsJob.start(config)) {
                for (int round = 0; round < 2; round++) {
                    assertThat(Main.run("replay", "-b", broker.bootstrapServers(), capture.toString()))
                            .isZero();
                    awaitSame(client, expected, round);
                }
                assertThat(job.state()).isEqualTo(StreamsJob.State.RUNNING);
            }
        }
    }

    @Test
    void shouldReplayACutCaptureUpToTheCutAndSaySo() throws Exception {
        byte[] whole = Files.readAllBytes(capture);
        Path cut = folder.resolve("cut.avro");
        Files.write(cut, Arrays.copyOf(whole, whole.length * 2 / 3));
        Path out = folder.resolve("out.avro");
        assertThat(Main.run("replay", "--offline", "--out", out.toString(), cut.toString()))
                .isEqualTo(2);
        assertThat(outputs(out)).isNotEmpty();
        try (CaptureReader reader = CaptureReader.open(cut)) {
            assertThatThrownBy(() -> {
                        while (reader.next() != null) {
                            // to the cut
                        }
                    })
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("is damaged or cut after");
            assertThat(reader.count()).isPositive();
        }
    }

    @Test
    void shouldRefuseWhatIsNoCapture() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "no capture");
        assertThat(Main.run("replay", "--offline", text.toString())).isEqualTo(2);
        assertThat(Main.run("replay", "--offline", folder.resolve("absent").toString()))
                .isEqualTo(2);
    }

    /** Health counts duplicates, so it is not the same after a second time; totals and windows are. */
    private static SortedMap<String, String> outputs(Path file) throws Exception {
        SortedMap<String, String> outputs = new TreeMap<>();
        try (CaptureReader reader = CaptureReader.open(file)) {
            for (CapturedRecord record = reader.next(); record != null; record = reader.next()) {
                if (!record.getTopic().equals(Topics.DEFAULT.of(Topics.Kind.HEALTH))) {
                    outputs.put(record.getTopic() + " " + hex(record.getKey()), hex(record.getValue()));
                }
            }
        }
        return outputs;
    }

    private static void awaitSame(Properties client, SortedMap<String, String> expected, int round) {
        SortedMap<String, String> seen = new TreeMap<>();
        Properties properties = new Properties();
        properties.putAll(client);
        properties.put("isolation.level", "read_committed");
        long deadline = System.nanoTime() + LIMIT.toNanos();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = List.of(Topics.Kind.TOTALS, Topics.Kind.LATENCY).stream()
                    .map(Topics.DEFAULT::of)
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!(seen.equals(expected) && isAtEnd(consumer, partitions)) && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    seen.put(
                            record.topic() + " " + HexFormat.of().formatHex(record.key()),
                            HexFormat.of().formatHex(record.value()));
                }
            }
        }
        assertThat(seen.keySet()).as("keys in round %d", round).isEqualTo(expected.keySet());
        for (Map.Entry<String, String> each : expected.entrySet()) {
            assertThat(seen.get(each.getKey()))
                    .as("round %d: %s", round, each.getKey())
                    .isEqualTo(each.getValue());
        }
    }

    private static boolean isAtEnd(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        return partitions.stream().allMatch(partition -> consumer.position(partition) >= ends.get(partition));
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return HexFormat.of().formatHex(copy);
    }
}
