package io.goroscope.streams.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.schemas.BadRecordException.Reason;
import io.goroscope.schemas.Topics;
import io.goroscope.streams.lane.LaneSet.Input;
import io.goroscope.streams.offline.OfflineReplay;
import io.goroscope.streams.testing.BadRecords;
import io.goroscope.streams.testing.BadRecords.Bad;
import io.goroscope.streams.testing.Publisher;
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
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad records between good ones: each gets its reason, and the good ones count as if nothing had been. */
class BadRecordsTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int PARTITIONS = 2;
    private static final Topics TOPICS = new Topics("bad.");
    private static final byte[] KEY = "k".getBytes(UTF_8);

    @TempDir
    private Path folder;

    @Test
    void shouldSetBadRecordsAsideWithTheirReasonAndCountTheGoodOnes() {
        List<Produced> good = new ArrayList<>();
        SyntheticProcess process =
                new SyntheticProcess("host", 5, new Size(2, 20, 6, 64), new Trouble(0.002, 0.02, 0.02), good::add);
        process.run(20_000);
        process.end();
        List<Bad> bad = BadRecords.all();
        try (TestCluster cluster = new TestCluster(1)) {
            cluster.createTopics(TOPICS, PARTITIONS);
            publish(cluster, good, bad);
            StreamsJobConfig config = StreamsJobConfig.of(cluster.client(), folder)
                    .withTopics(TOPICS)
                    .withApplicationId("bad-job");
            try (StreamsJob job = StreamsJob.start(config)) {
                Waiting.until(
                        "all records settled",
                        LIMIT,
                        () -> job.counters().settled() == good.size()
                                && job.counters().refused() == bad.size());
                Map<Reason, Long> counted = new EnumMap<>(Reason.class);
                for (Reason reason : Reason.values()) {
                    counted.put(reason, job.counters().refusedFor(reason));
                }
                Map<Reason, Long> expected = new EnumMap<>(Reason.class);
                bad.forEach(each -> expected.merge(each.reason(), 1L, Long::sum));
                assertThat(counted).isEqualTo(expected);
            }
            assertSetAside(TopicReader.all(cluster.client(), TOPICS.of(Topics.Kind.DEAD_LETTER)), bad);
            OfflineReplay offline = new OfflineReplay(StreamsJobConfig.DEFAULT_WINDOW.toNanos());
            good.forEach(each -> offline.feed(each.input(), each.value(), each.timestampMs()));
            for (Topics.Kind kind : List.of(Topics.Kind.TOTALS, Topics.Kind.LATENCY, Topics.Kind.HEALTH)) {
                NavigableMap<byte[], byte[]> found = TopicReader.lastValues(cluster.client(), TOPICS.of(kind));
                assertThat(found.keySet())
                        .containsExactlyElementsOf(offline.results(kind).keySet());
                assertThat(found.values())
                        .containsExactlyElementsOf(offline.results(kind).values());
            }
        }
    }

    private static void publish(TestCluster cluster, List<Produced> good, List<Bad> bad) {
        try (Publisher publisher = new Publisher(cluster.client(), TOPICS, PARTITIONS)) {
            int next = 0;
            for (int i = 0; i < good.size(); i++) {
                publisher.publish(good.get(i));
                while (next < bad.size() && (i * bad.size() / good.size() >= next || i == good.size() - 1)) {
                    Bad each = bad.get(next++);
                    Topics.Kind kind = each.input() == Input.EVENTS ? Topics.Kind.EVENTS : Topics.Kind.COUNTS;
                    publisher.publish(
                            new ProducerRecord<>(TOPICS.of(kind), next % PARTITIONS, 1000L + next, KEY, each.value()));
                }
            }
        }
    }

    private static void assertSetAside(List<ConsumerRecord<byte[], byte[]>> letters, List<Bad> bad) {
        assertThat(letters).hasSize(bad.size());
        for (int i = 0; i < bad.size(); i++) {
            Bad each = bad.get(i);
            // Their timestamps tell them apart.
            long timestamp = 1001L + i;
            ConsumerRecord<byte[], byte[]> letter = letters.stream()
                    .filter(one -> one.timestamp() == timestamp)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no dead letter for " + each));
            assertThat(letter.key()).isEqualTo(KEY);
            assertThat(Arrays.equals(letter.value(), each.value()))
                    .as("value of %s", each)
                    .isTrue();
            assertThat(header(letter, DeadLetter.REASON))
                    .as("%s", each)
                    .isEqualTo(each.reason().name());
            assertThat(header(letter, DeadLetter.DETAIL)).as("%s", each).contains(each.detail());
            assertThat(header(letter, DeadLetter.TOPIC))
                    .isEqualTo(TOPICS.of(each.input() == Input.EVENTS ? Topics.Kind.EVENTS : Topics.Kind.COUNTS));
            assertThat(header(letter, DeadLetter.PARTITION)).isEqualTo(String.valueOf((i + 1) % PARTITIONS));
            assertThat(Long.parseLong(header(letter, DeadLetter.OFFSET))).isNotNegative();
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
