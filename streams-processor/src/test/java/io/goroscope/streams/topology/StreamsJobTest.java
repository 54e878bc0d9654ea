package io.goroscope.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.schemas.LanePartitioner;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.streams.offline.OfflineReplay;
import io.goroscope.streams.testing.Publisher;
import io.goroscope.streams.testing.ReadTotals;
import io.goroscope.streams.testing.SyntheticProcess;
import io.goroscope.streams.testing.SyntheticProcess.Produced;
import io.goroscope.streams.testing.SyntheticProcess.Size;
import io.goroscope.streams.testing.SyntheticProcess.Trouble;
import io.goroscope.streams.testing.TestCluster;
import io.goroscope.streams.testing.Waiting;
import io.goroscope.testbed.kafka.TopicReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsJobTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int PARTITIONS = 4;

    private static TestCluster cluster;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startBroker() {
        cluster = new TestCluster(1);
    }

    @AfterAll
    static void stopBroker() {
        cluster.close();
    }

    private StreamsJobConfig config(String prefix) {
        return StreamsJobConfig.of(cluster.client(), folder)
                .withTopics(new Topics(prefix))
                .withApplicationId(prefix + "job");
    }

    @Test
    void shouldGiveWhatOfflineReplayGives() {
        Topics topics = new Topics("same.");
        cluster.createTopics(topics, PARTITIONS);
        List<Produced> records = new ArrayList<>();
        for (int host = 0; host < 3; host++) {
            SyntheticProcess process = new SyntheticProcess(
                    "host" + host, host, new Size(4, 100, 12, 256), new Trouble(0.001, 0.01, 0.02), records::add);
            process.run(60_000);
            process.end();
        }
        try (Publisher publisher = new Publisher(cluster.client(), topics, PARTITIONS)) {
            records.forEach(publisher::publish);
        }
        OfflineReplay offline = new OfflineReplay(StreamsJobConfig.DEFAULT_WINDOW.toNanos());
        records.forEach(each -> offline.feed(each.input(), each.value(), each.timestampMs()));
        assertThat(offline.refused()).isEmpty();

        try (StreamsJob job = StreamsJob.start(config("same."))) {
            Waiting.until("all records settled", LIMIT, () -> job.counters().settled() == records.size());
            assertThat(job.counters().refused()).isZero();
            assertThat(job.counters().skipped()).isZero();
        }
        for (Topics.Kind kind : List.of(Topics.Kind.TOTALS, Topics.Kind.LATENCY, Topics.Kind.HEALTH)) {
            NavigableMap<byte[], byte[]> expected = offline.results(kind);
            NavigableMap<byte[], byte[]> found = TopicReader.lastValues(cluster.client(), topics.of(kind));
            assertThat(expected).isNotEmpty();
            assertThat(found.keySet()).containsExactlyElementsOf(expected.keySet());
            assertThat(found.values()).containsExactlyElementsOf(expected.values());
        }
    }

    /** The lanes of a process lie in several partitions, each with a task of its own; sums must not know of it. */
    @Test
    void shouldGiveForFourLanesOnFourPartitionsWhatItGivesForOne() {
        Map<Topics.Kind, Map<String, Long>> one = sums("one.", 1);
        Map<Topics.Kind, Map<String, Long>> four = sums("four.", 4);
        assertThat(one.get(Topics.Kind.TOTALS)).hasSizeGreaterThan(500);
        assertThat(one.get(Topics.Kind.LATENCY)).hasSizeGreaterThan(500);
        one.forEach((topic, expected) ->
                assertThat(ReadTotals.differences(four.get(topic), expected)).isEmpty());
    }

    private Map<Topics.Kind, Map<String, Long>> sums(String prefix, int lanes) {
        Topics topics = new Topics(prefix);
        cluster.createTopics(topics, lanes);
        Set<Integer> used = new HashSet<>();
        AtomicLong published = new AtomicLong();
        try (Publisher publisher = new Publisher(cluster.client(), topics, lanes)) {
            SyntheticProcess process =
                    new SyntheticProcess("host", 11, new Size(lanes, 200, 12, 256), Trouble.NONE, record -> {
                        used.add(LanePartitioner.partition(record.lane(), lanes));
                        published.incrementAndGet();
                        publisher.publish(record);
                    });
            process.run(200_000);
            process.end();
        }
        assertThat(used).hasSize(lanes);
        try (StreamsJob job = StreamsJob.start(config(prefix))) {
            Waiting.until("all records settled", LIMIT, () -> job.counters().settled() == published.get());
        }
        return Map.of(
                Topics.Kind.TOTALS,
                ReadTotals.ofTotals(TopicReader.lastValues(cluster.client(), topics.of(Topics.Kind.TOTALS))),
                Topics.Kind.LATENCY,
                ReadTotals.ofWindows(TopicReader.lastValues(cluster.client(), topics.of(Topics.Kind.LATENCY))));
    }

    @Test
    void shouldRefuseAWeakerGuarantee() {
        Properties client = cluster.client();
        client.put("processing.guarantee", "at_least_once");
        assertThatThrownBy(() -> StreamsJob.start(StreamsJobConfig.of(client, folder)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("at_least_once");
    }

    @Test
    void shouldSayWhichTopicIsMissing() {
        assertThatThrownBy(() -> StreamsJob.start(config("absent.")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("goroscope topics");
    }
}
