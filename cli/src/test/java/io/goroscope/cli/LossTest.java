package io.goroscope.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.cli.topics.TopicSetup;
import io.goroscope.cli.topics.TopicSpec;
import io.goroscope.schemas.Topics;
import io.goroscope.streams.topology.StreamsJob;
import io.goroscope.streams.topology.StreamsJobConfig;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What would be lost without a word is refused with one: old captures, unread records, records that cannot be read. */
class LossTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int PARTITIONS = 2;

    private static EmbeddedBroker broker;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        broker = EmbeddedBroker.create();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** A command's exit code, and all that it printed. */
    private record Ran(int code, String printed) {}

    private static Ran run(String... words) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = System.out;
        PrintStream err = System.err;
        try (PrintStream both = new PrintStream(bytes, true, UTF_8)) {
            System.setOut(both);
            System.setErr(both);
            return new Ran(Main.run(words), bytes.toString(UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private static Properties client() {
        Properties client = new Properties();
        client.put("bootstrap.servers", broker.bootstrapServers());
        return client;
    }

    private static void createTopics(Topics topics, Duration retention) {
        try (TopicSetup setup = TopicSetup.connect(client())) {
            setup.create(TopicSpec.all(topics, PARTITIONS, retention), 0, 1);
        }
    }

    private Path capture() throws Exception {
        Path capture = folder.resolve("prometheus.avro");
        try (InputStream in = Main.class.getResourceAsStream("demo/prometheus.avro")) {
            Files.copy(in, capture);
        }
        return capture;
    }

    private StreamsJobConfig config(Topics topics) {
        return StreamsJobConfig.of(client(), folder.resolve("state"))
                .withTopics(topics)
                .withApplicationId(topics.prefix() + "job");
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @Test
    void shouldRefuseToReplayIntoTopicsThatForget() throws Exception {
        createTopics(new Topics("day."), Duration.ofHours(24));
        Ran ran = run(
                "replay",
                "-b",
                broker.bootstrapServers(),
                "--topic-prefix",
                "day.",
                capture().toString());
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.printed())
                .contains("day.goroscope.events has retention.ms=86400000, needs -1")
                .contains("day.goroscope.latency has retention.ms=86400000, needs -1")
                .contains("goroscope topics --create --retention-hours -1");
    }

    @Test
    void shouldStopWhereUnreadRecordsAreGoneUnlessToldToGoOn() throws Exception {
        Topics topics = new Topics("gone.");
        createTopics(topics, TopicSpec.FOREVER);
        String[] replay = {
            "replay",
            "-b",
            broker.bootstrapServers(),
            "--topic-prefix",
            "gone.",
            capture().toString()
        };
        assertThat(run(replay).code()).isZero();
        long records = ends(topics).values().stream().mapToLong(Long::longValue).sum();
        try (StreamsJob job = StreamsJob.start(config(topics))) {
            await("all read", () -> job.counters().settled() == records);
        }
        assertThat(run(replay).code()).isZero();
        deleteUpToNow(topics);
        assertThat(run(replay).code()).isZero();

        Ran stopped = run(
                "streams",
                "-b",
                broker.bootstrapServers(),
                "--topic-prefix",
                "gone.",
                "--application-id",
                "gone.job",
                "--state-dir",
                folder.resolve("state").toString());
        assertThat(stopped.code()).isEqualTo(2);
        assertThat(stopped.printed())
                .contains("records of gone.goroscope.")
                .contains("were deleted before they were read")
                .contains("--accept-loss");

        try (StreamsJob job = StreamsJob.start(config(topics).withAcceptLoss(true))) {
            await("all that is left read", () -> job.counters().settled() == records);
            assertThat(job.counters().skipped()).isEqualTo(records);
        }
    }

    private static Map<TopicPartition, Long> ends(Topics topics) throws Exception {
        try (Admin admin = Admin.create(client())) {
            Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                wanted.put(new TopicPartition(topics.of(Topics.Kind.EVENTS), partition), OffsetSpec.latest());
                wanted.put(new TopicPartition(topics.of(Topics.Kind.COUNTS), partition), OffsetSpec.latest());
            }
            Map<TopicPartition, Long> ends = new HashMap<>();
            admin.listOffsets(wanted).all().get().forEach((partition, info) -> ends.put(partition, info.offset()));
            return ends;
        }
    }

    /** As retention would. */
    private static void deleteUpToNow(Topics topics) throws Exception {
        Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
        ends(topics).forEach((partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end)));
        try (Admin admin = Admin.create(client())) {
            admin.deleteRecords(all).all().get();
        }
    }

    @Test
    void shouldListBadRecordsAndSayWhy() throws Exception {
        Topics topics = new Topics("letters.");
        createTopics(topics, TopicSpec.FOREVER);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(client(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (String value : new String[] {"no record of ours", ""}) {
                var unused = producer.send(new ProducerRecord<>(
                        topics.of(Topics.Kind.EVENTS), 1, 1_700_000_000_000L, null, value.getBytes(UTF_8)));
            }
        }
        try (StreamsJob job = StreamsJob.start(config(topics))) {
            await("both refused", () -> job.counters().refused() == 2);
        }
        Ran ran = run("deadletter", "-b", broker.bootstrapServers(), "--topic-prefix", "letters.");
        assertThat(ran.code()).isZero();
        assertThat(ran.printed().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .contains(
                        "2023-11-14T22:13:20Z MARKER letters.goroscope.events-1@0 MARKER: expected C3 01, is 6E 6F",
                        "2023-11-14T22:13:20Z TRUNCATED letters.goroscope.events-1@1 TRUNCATED: length=0")
                .anyMatch(line -> line.contains("2 bad records in letters.goroscope.deadletter"));
    }

    @Test
    void shouldRefuseAWeakerGuaranteeFromTheFile() throws Exception {
        Path file = Files.writeString(folder.resolve("client.properties"), "processing.guarantee=at_least_once\n");
        Ran ran = run("streams", "-b", broker.bootstrapServers(), "--kafka-config", file.toString());
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.printed()).contains("processing.guarantee=at_least_once").contains("take the line out");
    }
}
