package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.testbed.Comparison;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;

/**
 * The parts of production, each in a container from our Dockerfile and with no more rights than docker-compose.yml gives
 * it, around a Kafka in a container: what a Go program in yet another one says of itself is what the topics and the sink
 * say.
 */
class ContainersTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String BROKER = "kafka:19092";
    private static final int SINK_PORT = 9464;

    @BeforeAll
    static void needsAnEngine() {
        Requirements.require("bpf");
        Docker.require();
    }

    @Test
    void shouldCountInContainersWhatTheProgramSays() throws Exception {
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
        try (Network network = Network.newNetwork();
                KafkaContainer kafka = new KafkaContainer(Docker.kafka())
                        .withNetwork(network)
                        .withListener(BROKER)
                        .withEnv("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "2")
                        .withEnv("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "2")) {
            kafka.start();
            try (GenericContainer<?> topics = goroscope(network, "topics", "--create")
                            .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(LIMIT));
                    GenericContainer<?> streams = goroscope(network, "streams", "--ready-file", "/tmp/ready")
                            .waitingFor(Wait.forSuccessfulCommand("test -e /tmp/ready"));
                    GenericContainer<?> sink = goroscope(network, "sink", "--listen", "0.0.0.0")
                            .withExposedPorts(SINK_PORT)
                            .waitingFor(Wait.forHttp("/-/ready"));
                    ContainedProgram traced = ContainedProgram.start(program, "-rounds=3", "-held=2");
                    GenericContainer<?> collector = collector(network, traced.pid())) {
                topics.start();
                streams.start();
                sink.start();
                collector.start();

                Truth truth = traced.run();

                assertThat(awaitAgreement(kafka, truth).differences()).isEmpty();
                SinkPage page = new SinkPage("http://" + sink.getHost() + ":" + sink.getMappedPort(SINK_PORT));
                assertThat(page.awaitCounts(truth, LIMIT).countDifferences()).isEmpty();
                assertThat(collector.getLogs(OutputFrame.OutputType.STDERR)).contains("Collecting");
            }
        }
    }

    /** Our image as docker-compose.yml runs it: nothing may be written but below /tmp, and there are no capabilities. */
    private static GenericContainer<?> goroscope(Network network, String... command) {
        return new GenericContainer<>(Docker.GOROSCOPE)
                .withNetwork(network)
                .withEnv("GOROSCOPE_BOOTSTRAP_SERVERS", BROKER)
                .withTmpFs(Map.of("/tmp", "exec,mode=1777,size=64m"))
                .withCommand(command)
                .withStartupTimeout(LIMIT)
                .withCreateContainerCmdModifier(create ->
                        create.getHostConfig().withReadonlyRootfs(true).withCapDrop(Capabilities.ALL));
    }

    private static GenericContainer<?> collector(Network network, String pid) {
        return goroscope(network, "collect", "--ready-file", "/tmp/ready", "-p", pid, "main.*")
                .waitingFor(Wait.forSuccessfulCommand("test -e /tmp/ready"))
                .withCreateContainerCmdModifier(create -> create.withUser("root")
                        .getHostConfig()
                        .withPidMode("host")
                        .withReadonlyRootfs(true)
                        .withCapDrop(Capabilities.ALL)
                        .withCapAdd(Capabilities.collector()));
    }

    private static Comparison awaitAgreement(KafkaContainer kafka, Truth truth) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        Comparison comparison;
        do {
            comparison = PublishedTotals.read(kafka.getBootstrapServers()).against(truth);
        } while (!comparison.differences().isEmpty() && System.nanoTime() < deadline);
        return comparison;
    }
}
