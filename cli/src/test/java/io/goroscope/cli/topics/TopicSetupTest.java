package io.goroscope.cli.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TopicSetupTest {

    private static final Duration DAY = Duration.ofHours(24);
    private static EmbeddedBroker broker;

    @BeforeAll
    static void start() {
        broker = EmbeddedBroker.create();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void shouldCreateWhatIsMissingOnceAndThenFindThatItFits() {
        List<TopicSpec> wanted = TopicSpec.all(new Topics("fresh."), 3, DAY);
        try (TopicSetup setup = setup()) {
            assertThat(setup.check(wanted, 0).missing()).hasSize(Topics.Kind.values().length);
            assertThat(setup.create(wanted, 0, 0)).hasSize(Topics.Kind.values().length);
            assertThat(setup.create(wanted, 0, 0)).isEmpty();

            TopicSetup.Report report = setup.check(wanted, 3);

            assertThat(report.problems()).isEmpty();
            assertThat(report.partitions())
                    .containsEntry("fresh.goroscope.events", 3)
                    .containsEntry("fresh.goroscope.counts", 3)
                    .containsEntry("fresh.goroscope.functions", 1);
        }
    }

    @Test
    void shouldGiveCountsAsManyPartitionsAsAnEventsTopicThatExists() throws Exception {
        Topics topics = new Topics("grown.");
        make(topics.of(Topics.Kind.EVENTS), 7, Map.of("retention.ms", "-1"));
        try (TopicSetup setup = setup()) {
            setup.create(TopicSpec.all(topics, 4, DAY), 0, 1);

            assertThat(setup.check(TopicSpec.all(topics, 4, DAY), 0).partitions())
                    .containsEntry(topics.of(Topics.Kind.COUNTS), 7);
        }
    }

    @Test
    void shouldRefuseWhatWouldMakeTotalsWrongAndMakeNothing() throws Exception {
        Topics topics = new Topics("wrong.");
        make(topics.of(Topics.Kind.EVENTS), 2, Map.of("cleanup.policy", "compact", "max.message.bytes", "1000"));
        make(topics.of(Topics.Kind.COUNTS), 3, Map.of("message.timestamp.type", "LogAppendTime"));
        make(topics.of(Topics.Kind.TOTALS), 2, Map.of());
        make(topics.of(Topics.Kind.LATENCY), 2, Map.of("retention.ms", "1000"));
        List<TopicSpec> wanted = TopicSpec.all(topics, 2, DAY);
        try (TopicSetup setup = setup()) {
            assertThat(setup.check(wanted, 0).problems())
                    .anyMatch(line ->
                            line.startsWith("topic wrong.goroscope.events has cleanup.policy=compact, needs delete"))
                    .anyMatch(line ->
                            line.startsWith("topic wrong.goroscope.events has max.message.bytes=1000, needs 1048576"))
                    .anyMatch(line -> line.contains("goroscope.counts has message.timestamp.type=LogAppendTime"))
                    .anyMatch(line ->
                            line.startsWith("topic wrong.goroscope.totals has cleanup.policy=delete, needs compact"))
                    .anyMatch(line ->
                            line.startsWith("topic wrong.goroscope.latency has retention.ms=1000, needs 86400000"))
                    .anyMatch(line -> line.contains("goroscope.counts has 3 partitions")
                            && line.contains("goroscope.events has 2"))
                    .hasSize(6);
            assertThatThrownBy(() -> setup.create(wanted, 0, 0)).isInstanceOf(UserException.class);
            assertThat(setup.check(wanted, 0).missing()).contains(topics.of(Topics.Kind.FUNCTIONS));
        }
    }

    @Test
    void shouldNeverChangeAPartitionCount() {
        Topics topics = new Topics("fixed.");
        try (TopicSetup setup = setup()) {
            setup.create(TopicSpec.all(topics, 2, DAY), 2, 0);

            assertThatThrownBy(() -> setup.create(TopicSpec.all(topics, 4, DAY), 4, 0))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("fixed.goroscope.events has 2 partitions, not 4");
            assertThat(setup.check(TopicSpec.all(topics, 2, DAY), 2).problems()).isEmpty();
        }
    }

    @Test
    void shouldWantUnlimitedRetentionForReplays() {
        Topics topics = new Topics("replay.");
        try (TopicSetup setup = setup()) {
            setup.create(TopicSpec.all(topics, 1, DAY), 0, 0);

            assertThat(setup.check(TopicSpec.all(topics, 1, TopicSpec.FOREVER), 0)
                            .problems())
                    .hasSize(4)
                    .allMatch(line -> line.contains("retention.ms=86400000, needs -1"));
        }
    }

    private static TopicSetup setup() {
        Properties client = new Properties();
        client.put("bootstrap.servers", broker.bootstrapServers());
        return TopicSetup.connect(client);
    }

    private static void make(String name, int partitions, Map<String, String> settings) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(settings)))
                    .all()
                    .get();
            awaitVisible(admin, name);
        }
    }

    /** A topic that was just made may not be in the broker's metadata yet. */
    private static void awaitVisible(Admin admin, String name) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!admin.listTopics().names().get().contains(name)) {
            assertThat(System.nanoTime()).as("topic " + name + " never appears").isLessThan(deadline);
        }
    }
}
