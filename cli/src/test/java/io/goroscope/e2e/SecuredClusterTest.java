package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.cli.rights.Grant;
import io.goroscope.cli.rights.Part;
import io.goroscope.cli.rights.RightsCheck;
import io.goroscope.cli.topics.TopicsCommand;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.sink.Sink;
import io.goroscope.sink.SinkConfig;
import io.goroscope.streams.topology.StreamsJob;
import io.goroscope.streams.topology.StreamsJobConfig;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The whole chain over TLS and SASL/SCRAM, on a broker that denies whatever {@code goroscope topics --acls} does not print;
 * then each right is taken away in turn.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecuredClusterTest {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String APPLICATION = "goroscope-streams";
    private static final List<Grant> GRANTS = Grant.all(Topics.DEFAULT, APPLICATION);

    @TempDir
    private static Path folder;

    private static SecuredBroker broker;
    private static List<AclBinding> rights;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = new SecuredBroker(folder);
        rights = PrintedRights.parse(topics("--acls"));
        broker.allow(rights);
        topics("--create", "--kafka-config", broker.clientFile(Part.TOPICS).toString());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static String topics(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new TopicsCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err));
        command.setExecutionExceptionHandler((e, unused, result) -> {
            throw e;
        });
        String[] words = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, words, 0, arguments.length);
        words[arguments.length] = "-b";
        words[arguments.length + 1] = broker.bootstrapServers();
        assertThat(command.execute(words)).as(() -> err.toString()).isZero();
        return out.toString();
    }

    @Test
    @Order(1)
    void shouldRunWithThePrintedRights() throws Exception {
        Requirements.require("bpf");
        for (Part part : Part.values()) {
            RightsCheck.require(broker.client(part), part, GRANTS);
        }
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
        Map<String, String> sinkClient = new HashMap<>();
        broker.client(Part.SINK).forEach((key, value) -> sinkClient.put(key.toString(), value.toString()));
        try (StreamsJob job = StreamsJob.start(job());
                Sink sink = Sink.start(SinkConfig.of(broker.bootstrapServers()).withClientProperties(sinkClient));
                RunningProgram running = program.start("-rounds=3");
                Terminal collect = Terminal.start(
                        "collect",
                        "-b",
                        broker.bootstrapServers(),
                        "--kafka-config",
                        broker.clientFile(Part.COLLECTOR).toString(),
                        "-p",
                        "" + running.pid(),
                        "main.*")) {
            collect.awaitAttached();
            running.release();
            Truth truth = running.truth();
            assertThat(running.finish()).isZero();
            collect.finish();
            assertThat(job.failure()).isNull();
            SinkPage page = new SinkPage("http://localhost:" + sink.port());
            assertThat(page.awaitCounts(truth, LIMIT).countDifferences()).isEmpty();
        }
    }

    @Test
    @Order(2)
    void shouldNameARightThatIsMissing() throws Exception {
        Set<String> seen = new HashSet<>();
        for (AclBinding right : rights) {
            Part part = PrintedRights.part(right);
            String name = right.pattern().name();
            // What is there needs no creating; and one resource of each kind is enough.
            boolean creates = right.entry().operation() == AclOperation.CREATE && part == Part.TOPICS;
            if (creates
                    || !seen.add(part + " " + right.entry().operation()
                            + right.pattern().resourceType() + right.pattern().patternType())) {
                continue;
            }
            broker.deny(List.of(right));
            try {
                assertThatThrownBy(() -> RightsCheck.require(broker.client(part), part, GRANTS))
                        .as("without %s", right)
                        .isInstanceOf(UserException.class)
                        .hasMessageContaining("not allowed at " + broker.bootstrapServers())
                        .hasMessageContaining(Grant.word(right.entry().operation()))
                        .hasMessageContaining(name)
                        .hasMessageContaining("goroscope topics --acls");
            } finally {
                broker.allow(List.of(right));
            }
        }
        assertThat(seen).hasSizeGreaterThanOrEqualTo(10);
    }

    @Test
    @Order(3)
    void shouldSayWhatARunningJobMayNot() throws Exception {
        List<AclBinding> some = rights.stream()
                .filter(right -> PrintedRights.part(right) == Part.STREAMS)
                .filter(right -> right.pattern().name().equals(Topics.DEFAULT.of(Topics.Kind.EVENTS)))
                .toList();
        try (StreamsJob job = StreamsJob.start(job())) {
            awaitState(job, StreamsJob.State.RUNNING);
            broker.deny(some);
            awaitState(job, StreamsJob.State.FAILED);
            assertThat(RightsCheck.explain(job.failure()))
                    .hasValueSatisfying(line -> assertThat(line).contains("goroscope.events"));
        } finally {
            broker.allow(some);
        }
    }

    @Test
    @Order(4)
    void shouldKeepSecretsOutOfLogsAndOfTheListOfProcesses() throws Exception {
        Requirements.require("bpf");
        try (RunningProgram traced =
                TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL).start("-rounds=1")) {
            keepsSecrets(Part.COLLECTOR, "Ctrl-C", "collect", "-p", String.valueOf(traced.pid()), "main.*");
        }
        keepsSecrets(
                Part.STREAMS,
                "is running",
                "streams",
                "--state-dir",
                folder.resolve("logged").toString());
        keepsSecrets(Part.SINK, "caught up", "sink", "--port", "0");
    }

    private static void keepsSecrets(Part part, String ready, String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(arguments));
        words.addAll(List.of(
                "-b",
                broker.bootstrapServers(),
                "--kafka-config",
                broker.clientFile(part).toString()));
        try (Terminal terminal =
                Terminal.startBy(List.of("env", "GOROSCOPE_LOG=DEBUG"), words.toArray(String[]::new))) {
            terminal.awaitLineWith(ready);
            String commandLine = Files.readString(Path.of("/proc/" + terminal.pid() + "/cmdline"));
            terminal.interrupt();
            terminal.finish();

            // The lines in which Kafka's clients print their settings are there, and say [hidden].
            assertThat(terminal.stderr()).contains("sasl.jaas.config = [hidden]");
            // Not by AssertJ's own words, which would print it.
            assertThat(terminal.stderr().contains(SecuredBroker.PASSWORD))
                    .as("the password in the log of %s", part)
                    .isFalse();
            assertThat(commandLine).contains("--kafka-config").doesNotContain(SecuredBroker.PASSWORD);
        }
    }

    private static StreamsJobConfig job() {
        Properties client = broker.client(Part.STREAMS);
        return StreamsJobConfig.of(client, folder.resolve("streams")).withApplicationId(APPLICATION);
    }

    private static void awaitState(StreamsJob job, StreamsJob.State wanted) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (job.state() != wanted && System.nanoTime() < deadline) {
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        }
        assertThat(job.state()).as(() -> "failure: " + job.failure()).isEqualTo(wanted);
    }
}
