package io.goroscope.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.Topics.Kind;
import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.schemas.capture.CaptureReader;
import io.goroscope.streams.testing.NaiveTotals;
import io.goroscope.streams.testing.ReadTotals;
import io.goroscope.streams.testing.ReadTotals.Part;
import io.goroscope.streams.testing.TestCluster;
import io.goroscope.streams.testing.Waiting;
import io.goroscope.testbed.kafka.TopicReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A job of today goes on where one of an earlier version stopped in mid-stream: on its changelog (snapshot and journal), its
 * offsets and its outputs, as they were recorded then ({@link EarlierState}). The totals must be those of the whole stream.
 *
 * <p>Record the state of a version that is released, before anything is changed after it: {@code mvn -pl streams-processor -am
 * test -Dtest=UpgradeTest -Dgoroscope.state.record=0.1.0}.
 */
class UpgradeTest {

    private static final Path STATES = Path.of("src/test/resources/state");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static TestCluster cluster;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startBroker(@TempDir Path work) throws Exception {
        cluster = new TestCluster(1);
        String version = System.getProperty("goroscope.state.record");
        if (version != null) {
            EarlierState.record(cluster, Files.createDirectories(STATES).resolve(version + ".avro"), work);
        }
    }

    @AfterAll
    static void stopBroker() {
        cluster.close();
    }

    static List<Path> states() throws Exception {
        try (Stream<Path> files = Files.list(STATES)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("states")
    void shouldGoOnFromTheStateOfAnEarlierVersion(Path state) throws Exception {
        List<CapturedRecord> recorded = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(state)) {
            for (CapturedRecord each = reader.next(); each != null; each = reader.next()) {
                recorded.add(each);
            }
        }
        NaiveTotals expected = new NaiveTotals();
        recorded.forEach(each ->
                EarlierState.input(each).ifPresent(input -> expected.take(input, EarlierState.bytes(each.getValue()))));
        String name = state.getFileName().toString();
        Topics topics = new Topics(name + ".");
        StreamsJobConfig config = StreamsJobConfig.of(cluster.client(), folder)
                .withTopics(topics)
                .withApplicationId(name + ".job")
                .withWindow(EarlierState.WINDOW);
        EarlierState.restore(cluster, recorded, config);

        try (StreamsJob job = StreamsJob.start(config)) {
            Waiting.until("the totals of the whole stream", LIMIT, () -> {
                assertThat(job.failure()).isNull();
                return differences(topics, Kind.TOTALS, expected).isEmpty();
            });
            assertThat(job.counters().records())
                    .as("only what the earlier job had not read")
                    .isEqualTo(recorded.stream()
                            .filter(each -> each.getTopic().startsWith(EarlierState.NEXT))
                            .count());
            assertThat(job.counters().skipped()).isZero();
            assertThat(job.counters().refused()).isZero();
        }
        assertThat(differences(topics, Kind.TOTALS, expected)).isEmpty();
        assertThat(differences(topics, Kind.LATENCY, expected)).isEmpty();
        assertThat(differences(topics, Kind.HEALTH, expected)).isEmpty();
        assertThat(expected.totals()).hasSizeGreaterThan(100);
    }

    private static List<String> differences(Topics topics, Kind kind, NaiveTotals expected) {
        var records = TopicReader.lastValues(cluster.client(), topics.of(kind));
        return switch (kind) {
            case TOTALS ->
                ReadTotals.differences(ReadTotals.ofTotals(records), ReadTotals.select(expected.totals(), Part.TOTALS));
            case LATENCY ->
                ReadTotals.differences(
                        ReadTotals.ofWindows(records), ReadTotals.select(expected.totals(), Part.LATENCY));
            case HEALTH ->
                ReadTotals.differences(ReadTotals.ofHealth(records), ReadTotals.select(expected.totals(), Part.HEALTH));
            case EVENTS, COUNTS, FUNCTIONS, DEAD_LETTER -> throw new IllegalArgumentException("no output: " + kind);
        };
    }
}
