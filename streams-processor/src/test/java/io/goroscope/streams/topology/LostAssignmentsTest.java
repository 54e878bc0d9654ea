package io.goroscope.streams.topology;

import io.goroscope.schemas.Topics;
import io.goroscope.streams.testing.CommittedInput;
import io.goroscope.streams.testing.LosingProxy;
import io.goroscope.streams.testing.Publisher;
import io.goroscope.streams.testing.SyntheticProcess;
import io.goroscope.streams.testing.SyntheticProcess.Size;
import io.goroscope.streams.testing.SyntheticProcess.Trouble;
import io.goroscope.streams.testing.TestCluster;
import io.goroscope.streams.testing.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LostAssignmentsTest {

    /** Far less than the 5 minutes after which the coordinator takes a member's tasks away by itself. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final int PARTITIONS = 4;

    private static LosingProxy proxy;
    private static TestCluster cluster;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startBroker() {
        proxy = new LosingProxy();
        cluster = TestCluster.behind(proxy.port());
        proxy.passTo(cluster.port(0));
    }

    @AfterAll
    static void stopBroker() {
        cluster.close();
        proxy.close();
    }

    private StreamsJob start(String name, Topics topics) {
        Properties client = cluster.client();
        client.put("group.protocol", "streams");
        client.put("client.id", name);
        return StreamsJob.start(StreamsJobConfig.of(client, folder.resolve(name))
                .withTopics(topics)
                .withApplicationId(topics.prefix() + "job"));
    }

    /** The first never hears what to give up, or the second, when the first has done so, what it gets. */
    @ParameterizedTest
    @ValueSource(strings = {"first", "second"})
    void shouldHaveAMemberJoinAnewWhoseTasksWereLostOnTheirWay(String loser) {
        Topics topics = new Topics(loser + ".");
        cluster.createTopics(topics, PARTITIONS);
        try (Publisher publisher = new Publisher(cluster.client(), topics, PARTITIONS);
                CommittedInput input = new CommittedInput(cluster.client(), topics, topics.prefix() + "job");
                StreamsJob first = start("first", topics)) {
            SyntheticProcess process = new SyntheticProcess(
                    "host", 5, new Size(PARTITIONS, 100, 12, 256), Trouble.NONE, publisher::publish);
            process.run(20_000);
            Waiting.until("the first works", LIMIT, () -> first.counters().settled() > 0);

            proxy.loseTasksOf(loser);
            try (StreamsJob second = start("second", topics)) {
                Waiting.until("lost", LIMIT, proxy::hasLost);
                Waiting.until("both work", LIMIT, () -> {
                    process.run(500);
                    return second.counters().settled() > 0;
                });
                process.end();
                Waiting.until("all input is processed", LIMIT, input::isProcessed);
            }
        }
    }
}
