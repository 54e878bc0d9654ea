package io.goroscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.cli.topics.TopicSetup;
import io.goroscope.cli.topics.TopicSpec;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.Retired;
import io.goroscope.schemas.avro.RetiredKey;
import io.goroscope.schemas.capture.CaptureReader;
import io.goroscope.streams.topology.StreamsJob;
import io.goroscope.streams.topology.StreamsJobConfig;
import io.goroscope.testbed.Python;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another language reads every topic with nothing but the published schemas. */
class FastavroTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    @Test
    void shouldReadEveryTopicAndTheCaptureInPython() throws Exception {
        Path python = Python.with("fastavro==1.13.1", "backports.zstd==1.8.0");
        Path capture = copy("demo/prometheus.avro");
        List<ConsumerRecord<byte[], byte[]>> records = records(capture);

        Map<String, Long> types = new TreeMap<>();
        String[] lines = Python.run(python, copy("read_topics.py"), schemas(), dump(records), capture)
                .split("\n");
        Map<Integer, Long> calls = new TreeMap<>();
        long captured = 0;
        for (String line : lines) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "calls" -> calls.put(Integer.parseInt(words[1]), Long.parseLong(words[2]));
                case "capture" -> captured = Long.parseLong(words[1]);
                default -> types.put(words[0] + " " + words[1], Long.parseLong(words[2]));
            }
        }
        assertThat(types.keySet())
                .contains(
                        "goroscope.events EventBatch",
                        "goroscope.counts FunctionCounts",
                        "goroscope.functions DictionaryKey",
                        "goroscope.functions FunctionInfo",
                        "goroscope.functions ImageInfo",
                        "goroscope.totals SeriesKey",
                        "goroscope.totals Totals",
                        "goroscope.totals EdgeKey",
                        "goroscope.totals EdgeTotals",
                        "goroscope.totals RetiredKey",
                        "goroscope.totals Retired",
                        "goroscope.latency WindowKey",
                        "goroscope.latency LatencyWindow",
                        "goroscope.health HealthKey",
                        "goroscope.health Health");
        assertThat(calls).isEqualTo(callsInTotals(records)).isNotEmpty();
        try (CaptureReader reader = CaptureReader.open(capture)) {
            while (reader.next() != null) {
                // to its end
            }
            assertThat(captured).isEqualTo(reader.count());
        }
    }

    /** What is in the topics once the capture has gone through the pipeline, and its process was retired. */
    private List<ConsumerRecord<byte[], byte[]>> records(Path capture) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.create()) {
            Properties client = new Properties();
            client.put("bootstrap.servers", broker.bootstrapServers());
            try (TopicSetup setup = TopicSetup.connect(client)) {
                setup.create(TopicSpec.all(Topics.DEFAULT, 2, TopicSpec.FOREVER), 0, 1);
            }
            assertThat(Main.run("replay", "-b", broker.bootstrapServers(), capture.toString()))
                    .isZero();
            StreamsJobConfig config =
                    StreamsJobConfig.of(client, folder.resolve("state")).withRetireAfter(Duration.ofSeconds(2));
            try (StreamsJob job = StreamsJob.start(config)) {
                List<ConsumerRecord<byte[], byte[]>> all = readUntilRetired(client);
                assertThat(job.state()).isEqualTo(StreamsJob.State.RUNNING);
                return all;
            }
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> readUntilRetired(Properties client) {
        Properties properties = new Properties();
        properties.putAll(client);
        properties.put("isolation.level", "read_committed");
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        long deadline = System.nanoTime() + LIMIT.toNanos();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = Arrays.stream(Topics.Kind.values())
                    .map(Topics.DEFAULT::of)
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            boolean retired = false;
            boolean more = true;
            while ((!retired || more) && System.nanoTime() < deadline) {
                more = false;
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    all.add(record);
                    more = true;
                    retired |= record.topic().endsWith(".totals") && record.value() == null;
                }
            }
        }
        return all;
    }

    /** The sum of calls by function, of the last value of each key. */
    private static Map<Integer, Long> callsInTotals(List<ConsumerRecord<byte[], byte[]>> records) throws Exception {
        Map<String, ConsumerRecord<byte[], byte[]>> last = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> each : records) {
            if (each.topic().endsWith(".totals")) {
                last.put(HexFormat.of().formatHex(each.key()), each);
            }
        }
        Map<Integer, Long> calls = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> each : last.values()) {
            if (Records.decode(each.key()) instanceof RetiredKey key) {
                calls.merge(
                        key.getFunction(),
                        Records.decode(each.value(), Retired.class).getTotals().getCalls(),
                        Long::sum);
            }
        }
        return calls;
    }

    private Path dump(List<ConsumerRecord<byte[], byte[]>> records) throws Exception {
        List<String> lines = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> each : records) {
            lines.add(each.topic() + " " + hex(each.key()) + " " + hex(each.value()));
        }
        return Files.write(folder.resolve("records"), lines);
    }

    private static String hex(byte[] bytes) {
        return bytes == null ? "-" : HexFormat.of().formatHex(bytes);
    }

    private Path copy(String resource) throws Exception {
        Path file = folder.resolve(Path.of(resource).getFileName().toString());
        try (InputStream in = Main.class.getResourceAsStream(resource)) {
            Files.copy(in, file);
        }
        return file;
    }

    /** As they are published, out of the jar. */
    private Path schemas() throws Exception {
        Path target = Files.createDirectory(folder.resolve("schemas"));
        try (InputStream index = Records.class.getResourceAsStream("published/index")) {
            for (String name : new String(index.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                try (InputStream in = Records.class.getResourceAsStream("published/" + name)) {
                    Files.copy(in, target.resolve(name));
                }
            }
        }
        return target;
    }
}
