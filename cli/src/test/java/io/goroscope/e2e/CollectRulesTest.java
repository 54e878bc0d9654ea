package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.schemas.Topics;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.prometheus.MetricTable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A collector that follows rules: what programs say of themselves is what it publishes, as they come, go and are replaced. */
class CollectRulesTest {

    private static final Duration FIRST_COUNT_LIMIT = Duration.ofSeconds(1);
    private static final int GREETS_EACH = 5;
    private static final String MEASURED = "goroscope_collector_budget_measured_ratio";

    private static EmbeddedBroker broker;

    @TempDir
    private Path folder;

    private Topics topics;
    private Path binary;

    @BeforeAll
    static void startBroker() {
        Requirements.require("bpf");
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
        topics = new Topics(test.getTestMethod().orElseThrow().getName() + ".");
        PipelineTopics.make(broker, topics, 2);
        // A path of our own, so that no other test's processes are met.
        binary = folder.resolve("hello");
        Files.copy(hello(Flavor.NORMAL), binary);
    }

    @Test
    void shouldCountAKnownBinaryFromItsFirstCallAndANewBuildAsItself() throws Exception {
        Path config = rules("""
                rules:
                  - name: greeters
                    service: greeting
                    processes:
                      binary: %s/*llo
                    functions:
                      include: ['main.*', 'fmt.Fprintln']
                      exclude: main.main
                """.formatted(folder));
        try (Terminal collect = collect("--config", config.toString())) {
            collect.awaitAttached();
            HelloProgram old = HelloProgram.start(binary);
            old.greet(3);
            // As an upgrade does it: the name leads to another file, and the process goes on with the old one.
            Path other = folder.resolve("other");
            Files.copy(hello(Flavor.STRIPPED), other);
            Files.move(other, binary, StandardCopyOption.REPLACE_EXISTING);
            collect.awaitLineWith("attached 2 functions of " + binary);
            HelloProgram young = HelloProgram.start(binary);
            young.greet(4);
            old.greet(2);
            old.finish();
            young.finish();
            collect.interrupt();
            collect.finish();

            PublishedCounts counts = counts();
            assertThat(counts.calls(series -> series.process().getPid() == old.pid()))
                    .isEqualTo(Map.of("main.greet", 5L, "fmt.Fprintln", 5L));
            assertThat(counts.calls(series -> series.process().getPid() == young.pid()))
                    .isEqualTo(Map.of("main.greet", 4L, "fmt.Fprintln", 4L));
            assertThat(counts.calls(series -> !series.service().equals("greeting")))
                    .isEmpty();
        }
    }

    @Test
    void shouldCountANewProgramWithinASecond() throws Exception {
        Files.delete(binary);
        Path config = rules("""
                rules:
                  - processes: {module: 'hell*'}
                    functions: {include: main.greet, mode: count}
                """);
        try (Terminal collect = collect("--config", config.toString())) {
            collect.awaitAttached();
            Files.copy(hello(Flavor.NORMAL), binary);
            List<Long> greetedNs = new ArrayList<>();
            long startNs = System.nanoTime();
            HelloProgram program = HelloProgram.start(binary);
            while (System.nanoTime() - startNs < 2 * FIRST_COUNT_LIMIT.toNanos()) {
                greetedNs.add(System.nanoTime());
                program.greet(1);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2)); // a load, not a wait
            }
            program.finish();
            collect.interrupt();
            collect.finish();

            long counted = counts().calls(series -> series.process().getPid() == program.pid())
                    .getOrDefault("main.greet", 0L);
            int missed = greetedNs.size() - (int) counted;
            assertThat(counted).isPositive().isLessThanOrEqualTo(greetedNs.size());
            Duration first = Duration.ofNanos(greetedNs.get(missed) - startNs);
            System.err.println(
                    "from the start of a new program to its first counted call: " + first.toMillis() + " ms");
            assertThat(first).isLessThanOrEqualTo(FIRST_COUNT_LIMIT);
        }
    }

    @Test
    void shouldChangeOnlyWhatANewConfigurationChanges() throws Exception {
        Path second = folder.resolve("second");
        Files.copy(binary, second);
        String rule = """
                  - name: %s
                    processes: {binary: %s}
                    functions: {include: %s, mode: count}
                """;
        Path config = rules(
                "rules:\n" + rule.formatted("one", binary, "main.greet") + rule.formatted("two", second, "main.*"));
        try (HelloProgram one = HelloProgram.start(binary);
                HelloProgram two = HelloProgram.start(second);
                Terminal collect = collect("--config", config.toString(), "--metrics-port", "0")) {
            String url = collect.awaitLineWith("serving").replaceAll(".*(http://.*)/metrics and.*", "$1");
            collect.awaitAttached();
            one.greet(3);
            two.greet(3);

            // What is wrong is said, with its line, and changes nothing.
            Files.writeString(config, "rules:\n  - processes: {pid: none}\n");
            collect.signal("HUP");
            collect.awaitLineWith(config + ":2: rules[0].processes.pid must be a whole number");
            assertThat(get(url + "/health")).startsWith("degraded\n").contains(config + ":2: ");

            rules("rules:\n" + rule.formatted("one", binary, "fmt.Fprintln") + rule.formatted("two", second, "main.*"));
            collect.signal("HUP");
            collect.awaitLineWith("attached 1 functions of " + binary);
            assertThat(get(url + "/health")).isEqualTo("ok\n");
            one.greet(4);
            two.greet(4);
            one.finish();
            two.finish();
            collect.interrupt();
            collect.finish();

            PublishedCounts counts = counts();
            assertThat(counts.calls(series -> series.process().getPid() == one.pid()))
                    .isEqualTo(Map.of("main.greet", 3L, "fmt.Fprintln", 4L));
            assertThat(counts.calls(series -> series.process().getPid() == two.pid()))
                    .isEqualTo(Map.of("main.greet", 7L));
            assertThat(collect.stderr()).doesNotContain("detached from " + second);
        }
    }

    /** What docs/metrics.md says of collectors. */
    private static Map<String, MetricTable.Metric> promised() throws IOException {
        Map<String, MetricTable.Metric> promised = MetricTable.documented(
                        Files.readString(Path.of("..", "docs", "metrics.md")))
                .only("goroscope_collector_")
                .metrics();
        assertThat(promised.remove(MEASURED)).isNotNull();
        return promised;
    }

    @Test
    void shouldKeepTheBudgetOfWhatRulesChoose() throws Exception {
        Path config = rules("""
                rules:
                  - name: greeters
                    processes: {binary: %s}
                    functions: {include: [main.greet, fmt.Fprintln]}
                budget: {process-percent: 0.05}
                """.formatted(binary));
        try (HelloProgram program = HelloProgram.start(binary);
                Terminal collect = collect("--config", config.toString(), "--metrics-port", "0")) {
            String url = collect.awaitLineWith("serving").replaceAll(".*(http://.*)/metrics and.*", "$1");
            collect.awaitAttached();
            List<Pattern> wanted = List.of(
                    Pattern.compile("(?m)^goroscope_collector_process_cost_cores\\{pid=\"" + program.pid()
                            + "\",rule=\"greeters\",service=\"hello\",start_ticks=\"\\d+\"} (?!0\\.0$)\\d"),
                    Pattern.compile(
                            "(?m)^goroscope_collector_budget_functions\\{mode=\"(cycled|counts|off)\"} [12]\\.0"),
                    Pattern.compile("(?m)^goroscope_collector_budget_steps_total [1-9]"));
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            String metrics = "";
            for (Pattern each : wanted) {
                while (!each.matcher(metrics).find()) {
                    assertThat(System.nanoTime()).as("%s in %s", each, metrics).isLessThan(deadlineNs);
                    program.greet(1);
                    metrics = get(url + "/metrics");
                }
            }
            Map<String, MetricTable.Metric> served =
                    MetricTable.served(metrics).only("goroscope_collector_").metrics();
            served.remove(MEASURED); // it comes when the kernel has measured for a second
            assertThat(served).isEqualTo(promised());
            program.finish();
            collect.interrupt();
            collect.finish();
            assertThat(counts().calls(series -> series.process().getPid() == program.pid()))
                    .containsKey("main.greet");
        }
    }

    @Test
    void shouldTakeOnlyTheProcessesThatARuleChooses() throws Exception {
        try (HelloProgram chosen = HelloProgram.start(binary);
                HelloProgram other = HelloProgram.start(binary)) {
            String group =
                    Files.readString(Path.of("/proc/self/cgroup")).strip().replaceAll("(?s).*::", "");
            Path config = rules("""
                    rules:
                      - {name: gone, processes: {binary: %1$s, cgroup: /no/such/group}, functions: {include: '*'}}
                      - {name: here, processes: {binary: %1$s, cgroup: '%2$s', pid: %3$d}, functions: {include: main.greet}}
                    """.formatted(binary, group, chosen.pid()));
            try (Terminal check = Terminal.start("collect", "--check", "--config", config.toString())) {
                assertThat(check.lines())
                        .anyMatch(line -> line.matches(chosen.pid() + " +here +1 +\\d+ +" + binary))
                        .contains("here, " + binary + ":", "  main.greet", "rule gone: nothing of it runs now")
                        .noneMatch(line -> line.startsWith(other.pid() + " "));
            }
            try (Terminal collect = collect("--config", config.toString())) {
                collect.awaitAttached();
                chosen.greet(3);
                other.greet(2);
                chosen.finish();
                collect.interrupt();
                collect.finish();
            }
            assertThat(counts().calls(series -> true)).isEqualTo(Map.of("main.greet", 3L));
        }
    }

    @Test
    void shouldCountEveryOneOfManyShortProcesses() throws Exception {
        storm(150);
    }

    @Test
    @Tag("soak")
    void shouldCountEveryOneOfAThousandProcessesInAMinute() throws Exception {
        long startNs = System.nanoTime();
        storm(1000);
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofMinutes(2));
    }

    @Test
    void shouldCountEachLifeOfAProgramThatExecutesItself() throws Exception {
        int lives = 6;
        int greets = 2_000;
        Path config = rulesOfAll();
        try (Terminal collect = collect("--config", config.toString())) {
            collect.awaitAttached();
            try (HelloProgram program = HelloProgram.start(binary, greets)) {
                for (int life = 1; life < lives; life++) {
                    program.greet(2);
                    program.executeItself();
                }
                program.greet(2);
                program.finish();
            }
            collect.interrupt();
            collect.finish();
        }
        assertThat(counts().calls(series -> true))
                .isEqualTo(Map.of(
                        "main.main", (long) lives, "main.greet", 2L * lives, "fmt.Fprintln", 2L * lives * greets));
    }

    private void storm(int processes) throws Exception {
        Path config = rulesOfAll();
        try (Terminal collect = collect("--config", config.toString())) {
            collect.awaitAttached();
            long startNs = System.nanoTime();
            // Each must end well, traced or not.
            Process storm = new ProcessBuilder(
                            "sh",
                            "-c",
                            "i=0; while [ $i -lt " + processes + " ]; do '" + binary + "' " + GREETS_EACH
                                    + " >/dev/null || exit 1; i=$((i+1)); done")
                    .inheritIO()
                    .start();
            assertThat(storm.waitFor()).isZero();
            System.err.println(processes + " processes in "
                    + Duration.ofNanos(System.nanoTime() - startNs).toMillis() + " ms");
            collect.interrupt();
            collect.finish();
        }
        assertThat(counts().calls(series -> true))
                .isEqualTo(Map.of(
                        "main.main", (long) processes,
                        "main.greet", (long) processes,
                        "fmt.Fprintln", (long) processes * GREETS_EACH));
    }

    @Test
    void shouldSayWhatIsWrongInOneLine() throws Exception {
        Path config = rules("rules:\n  - processes: {binary: /bin/x}\n    functions: {includes: main.x}\n");
        assertRefused(
                "rules.yaml:3: unknown key 'rules[0].functions.includes'; known are all,",
                "--config",
                config.toString());
        assertRefused("--set spool.max-mb: unknown key 'spool.max-mb'; known are ", "--set", "spool.max-mb=3");
        assertRefused("--lanes: collector.lanes must be a whole number from 1 to 256, is 'many'", "--lanes", "many");
        assertRefused(
                "exclude each other", "--set", "rules=[{processes: {pid: 1}, functions: {include: x}}]", "/bin/x:y");
    }

    private static void assertRefused(String line, String... words) {
        try (Terminal collect = collectPlainly(words)) {
            assertThatThrownBy(collect::finish)
                    .hasMessageContaining("ended with 2")
                    .hasMessageContaining(line);
            assertThat(collect.stderr().lines()).hasSize(1);
        }
    }

    private static Terminal collectPlainly(String... words) {
        List<String> all = new ArrayList<>(List.of("collect"));
        all.addAll(List.of(words));
        return Terminal.start(all.toArray(String[]::new));
    }

    private Terminal collect(String... words) {
        List<String> all = new ArrayList<>(List.of("-b", broker.bootstrapServers(), "--topic-prefix", topics.prefix()));
        all.addAll(List.of(words));
        return collectPlainly(all.toArray(String[]::new));
    }

    private Path rules(String text) throws Exception {
        return Files.writeString(folder.resolve("rules.yaml"), text);
    }

    /** All functions of the program's own, and the one that prints. */
    private Path rulesOfAll() throws Exception {
        return rules("""
                rules:
                  - processes: {binary: %s}
                    functions: {include: ['main.*', fmt.Fprintln]}
                """.formatted(binary));
    }

    private PublishedCounts counts() throws Exception {
        return PublishedCounts.read(broker.bootstrapServers(), topics);
    }

    private static Path hello(Flavor flavor) {
        return TestProgram.build(Toolchains.requireLocal(), "hello", flavor).binary();
    }

    private static String get(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
