package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.cli.topics.TopicSetup;
import io.goroscope.cli.topics.TopicSpec;
import io.goroscope.schemas.Topics;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.kafka.TopicReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Values that were sent through Kafka, or kept in a file, print as {@code trace} prints them of the same calls; secrets stay. */
class RecordedValuesTest {

    private static final List<String> SPECS = List.of(
            "main.add a, b",
            "main.add \"%d\" ret1",
            "main.divide \"%v, %v\" ret1, ret3",
            "main.scale x, y, z",
            "main.show x",
            "main.serve \"%-6s %s %d\" method, path, status",
            "fmt.Fprintln \"%v\" a");
    private static final int LINES = 12;

    private static final String SECRET = "hunter2";
    private static final Pattern TOOK = Pattern.compile("  [0-9.]+ [nuµm]?s$");

    private static EmbeddedBroker broker;

    @TempDir
    private Path folder;

    private String prefix;

    @BeforeAll
    static void startBroker() {
        Requirements.require("bpf");
        Requirements.require("go");
        broker = EmbeddedBroker.create();
    }

    @AfterAll
    static void stopBroker() {
        if (broker != null) {
            broker.close();
        }
    }

    @BeforeEach
    void makeTopics(TestInfo test) throws Exception {
        prefix = test.getTestMethod().orElseThrow().getName() + ".";
        Properties client = new Properties();
        client.put("bootstrap.servers", broker.bootstrapServers());
        try (TopicSetup setup = TopicSetup.connect(client)) {
            setup.create(TopicSpec.all(new Topics(prefix), 2, TopicSpec.FOREVER), 0, 0);
        }
    }

    /** Both look on while one program runs: process, thread, goroutine and values are the same, times are each one's own. */
    @Test
    void shouldPrintWhatTheLiveTracePrintsOfTheSameCalls() throws Exception {
        TestProgram program = TestProgram.build(Toolchains.requireLocal(), "values", Flavor.NORMAL);
        Process values = new ProcessBuilder(program.binary().toString(), "5", "wait")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        String pid = Long.toString(values.pid());
        try (Terminal live = Terminal.start(words("trace", List.of("-p", pid), "", SPECS));
                Terminal collect = Terminal.start(words("collect", kafka("-p", pid), "--args", SPECS))) {
            live.awaitAttached();
            collect.awaitAttached();
            values.getOutputStream().close();
            List<String> printed = calls(live.lines());
            collect.finish();

            assertThat(printed).hasSize(LINES).anyMatch(line -> line.endsWith("main.serve GET    /things/0 200"));
            assertThat(calls(fromTopic(LINES))).containsExactlyInAnyOrderElementsOf(printed);
            List<String> some = fromTopic(5, "-p", pid, "main.serve");
            assertThat(calls(some))
                    .isEqualTo(printed.stream()
                            .filter(l -> l.contains("main.serve"))
                            .toList());
        } finally {
            values.destroyForcibly();
        }
    }

    /** A file prints the same as the topic that it is replayed to, to the nanosecond. */
    @Test
    void shouldPrintTheSameOfAFileAndOfItsReplay() {
        TestProgram program = TestProgram.build(Toolchains.requireLocal(), "values", Flavor.NORMAL);
        String file = folder.resolve("calls.avro").toString();
        run(words(
                "capture",
                List.of("-o", file, "-c", program.binary() + " 5"),
                "--args",
                SPECS.stream().map(spec -> program.binary() + ":" + spec).toList()));

        List<String> offline = run("trace", "--json", "--from-file", file);
        run("replay", "-b", broker.bootstrapServers(), "--topic-prefix", prefix, file);

        assertThat(offline).hasSize(LINES);
        assertThat(fromTopic(LINES, "--json")).containsExactlyInAnyOrderElementsOf(offline);
        assertThat(run("replay", "--offline", "--json", file).get(0))
                .contains("{\"name\":\"main.serve\",\"calls\":5,\"paired\":5");
    }

    /** Their bytes are nowhere in any topic, though the calls are. */
    @Test
    void shouldKeepSecretsOnTheMachine() {
        TestProgram program = secrets();
        String binary = program.binary() + ":";
        List<String> specs = List.of(
                binary + "main.login user, password",
                binary + "main.login \"%s/%s\" user, password",
                binary + "main.set key, value",
                binary + "main.visit \"%s\" url",
                binary + "main.call c, s",
                binary + "main.log args");
        run(words("collect", kafka("-c", program.binary().toString()), "--args", specs));

        assertThat(calls(fromTopic(6)))
                .extracting(line -> line.substring(line.indexOf("main.")))
                .containsExactlyInAnyOrder(
                        "main.login(user string=\"ada\", password string=<redacted>)",
                        "main.login ada/<redacted>",
                        "main.set(key string=\"Authorization\", value string=<redacted>)",
                        "main.visit /login?user=ada&access_token=<redacted>",
                        "main.call(c *main.creds=&{User:\"ada\" AccessToken:<redacted>}, s main.Secret=<redacted>)",
                        "main.log(args []interface {}=[\"user\" \"ada\" \"api_key\" <redacted>])");
        assertThat(recordsWith(SECRET)).isZero();
        assertThat(recordsWith("ada")).isPositive();
    }

    @Test
    void shouldSendSecretsWhereThatIsAskedFor() {
        TestProgram program = secrets();
        run(words(
                "collect",
                kafka("-c", program.binary().toString(), "--no-redaction"),
                "--args",
                List.of(program.binary() + ":main.login user, password")));

        assertThat(recordsWith(SECRET)).isPositive();
    }

    @Test
    void shouldRefuseWhatNamesNothing() {
        TestProgram program = TestProgram.build(Toolchains.requireLocal(), "values", Flavor.NORMAL);
        refused("names no values", "collect", "--args", program.binary() + ":main.add");
        refused("named one by one", "collect", "--args", program.binary() + ":fmt.Fprintl* a");
        refused("asks for none", "collect", "--no-redaction", program.binary() + ":main.add");
        refused("[PREFIX]goroscope.events", "trace", "--from-topic", "goroscope.totals");
        refused("--user-stack is for calls that are made now", "trace", "-U", "--from-file", "x.avro");
        refused("name the function alone", "trace", "--from-file", "x.avro", "main.add \"%d\" a");
    }

    private static void refused(String problem, String... words) {
        try (Terminal terminal = Terminal.start(words)) {
            assertThatThrownBy(terminal::finish)
                    .hasMessageContaining("ended with 2")
                    .hasMessageContaining(problem);
        }
    }

    private static TestProgram secrets() {
        return TestProgram.build(
                Toolchains.requireLocal(),
                "secrets",
                new TreeMap<>(Map.of("main.go", """
                package main

                import "os"

                type Secret string

                type creds struct{ User, AccessToken string }

                //go:noinline
                func login(user, password string) int { return len(user) + len(password) }

                //go:noinline
                func set(key, value string) int { return len(key) + len(value) }

                //go:noinline
                func visit(url string) int { return len(url) }

                //go:noinline
                func call(c *creds, s Secret) int { return len(c.User) + len(c.AccessToken) + len(s) }

                //go:noinline
                func log(args ...interface{}) int { return len(args) }

                func main() {
                	zero := len(os.Args[0]) >> 20
                	secret := "hunter2"[zero:]
                	user := "ada"[zero:]
                	sum := login(user, secret) + set("Authorization"[zero:], secret)
                	sum += visit("/login?user=ada&access_token=" + secret)
                	sum += call(&creds{user, secret}, Secret(secret)) + log("user"[zero:], user, "api_key"[zero:], secret)
                	if sum == 0 {
                		os.Exit(1)
                	}
                }
                """.getBytes(StandardCharsets.UTF_8))),
                Flavor.NORMAL);
    }

    private List<String> kafka(String... more) {
        List<String> words = new ArrayList<>(List.of("-b", broker.bootstrapServers(), "--topic-prefix", prefix));
        words.addAll(List.of(more));
        return words;
    }

    private List<String> fromTopic(int lines, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "trace",
                "-b",
                broker.bootstrapServers(),
                "--from-topic",
                prefix + "goroscope.events",
                "--from-beginning",
                "-d",
                "60",
                "-M",
                Integer.toString(lines)));
        words.addAll(List.of(more));
        return run(words.toArray(new String[0]));
    }

    private int recordsWith(String text) {
        int count = 0;
        for (Topics.Kind kind : List.of(Topics.Kind.EVENTS, Topics.Kind.COUNTS, Topics.Kind.FUNCTIONS)) {
            for (ConsumerRecord<byte[], byte[]> record :
                    TopicReader.all(broker.bootstrapServers(), new Topics(prefix).of(kind))) {
                count += new String(record.value(), StandardCharsets.ISO_8859_1).contains(text) ? 1 : 0;
            }
        }
        return count;
    }

    private static String[] words(String command, List<String> options, String before, List<String> specs) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(options);
        for (String spec : specs) {
            if (!before.isEmpty()) {
                words.add(before);
            }
            words.add(spec);
        }
        return words.toArray(new String[0]);
    }

    private static List<String> run(String... words) {
        try (Terminal terminal = Terminal.start(words)) {
            return terminal.lines();
        }
    }

    /** What does not depend on who looks: without the heading, the time of day and the duration. */
    private static List<String> calls(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.startsWith("TIME"))
                .map(line -> TOOK.matcher(line.substring(16)).replaceAll(""))
                .toList();
    }
}
