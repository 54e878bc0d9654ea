package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.testbed.Comparison;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the terminal commands print is what the program says. */
class TerminalTruthTest {

    private static final Pattern SLOW =
            Pattern.compile("[0-9:]{8}\\.[0-9]{6} +([0-9]+) +[0-9.]+ [nmu]?s  main\\.logged( <- main\\.logged)?");

    @TempDir
    Path folder;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    @Test
    void shouldCountACommandFromItsFirstCall() {
        assertThat(command("funccount", Terminal::counts).countDifferences()).isEmpty();
    }

    @Test
    void shouldTimeACommandFromItsFirstCall() {
        assertThat(command("funclatency", Terminal::pairs).differences()).isEmpty();
    }

    @Test
    void shouldTimeAProcessThatRuns() {
        TestProgram program = program();
        try (RunningProgram running = program.start("-rounds=5", "-held=2");
                Terminal terminal = Terminal.start("funclatency", "--json", "-p", "" + running.pid(), "main.*")) {
            terminal.awaitAttached();
            running.release();
            Truth truth = running.truth();
            assertThat(running.finish()).isZero();

            JsonNode line = terminal.json();
            assertThat(line.get("lost").asLong()).isZero();
            assertThat(Terminal.pairs(line, truth).differences()).isEmpty();
        }
    }

    /** Exec under load: goroutines start again at 1, in the middle of calls of the life before. */
    @Test
    void shouldTimeAProcessThatReplacesItself() {
        TestProgram program = program();
        try (RunningProgram running = program.start("-rounds=2", "-held=2", "-execs=3", "-workloads=+children");
                Terminal terminal = Terminal.start("funclatency", "--json", "-p", "" + running.pid(), "main.*")) {
            terminal.awaitAttached();
            running.release();
            List<Truth> lives = new ArrayList<>();
            for (int life = 0; life <= 3; life++) {
                lives.add(running.truth());
            }
            assertThat(running.finish()).isZero();

            JsonNode line = terminal.json();
            assertThat(line.get("lost").asLong()).isZero();
            assertThat(Terminal.pairs(line, Truth.sum(lives)).differences()).isEmpty();
        }
    }

    @Test
    void shouldSayWhatIsStillOpenAndForHowLong() {
        try (RunningProgram running = program().start("-rounds=1", "-held=2", "-workloads=recursion")) {
            try (Terminal terminal =
                    Terminal.start("funclatency", "--json", "-d", "3", "-p", "" + running.pid(), "main.holdOpen")) {
                terminal.awaitAttached();
                running.release();
                JsonNode function = terminal.json().get("functions").get(0);

                assertThat(function.get("calls").asLong()).isEqualTo(2);
                assertThat(function.get("open").asLong()).isEqualTo(2);
                assertThat(function.get("abandoned").asLong()).isZero();
                assertThat(function.get("oldest_open_ns").asLong()).isBetween(1_000_000L, 60_000_000_000L);
            }
            assertThat(running.finish()).isZero();
        }
    }

    /** Two functions that call each other are each other's callers, and the probes of the one in the other's time. */
    @Test
    void shouldSayWhatTheProbesCost() {
        TestProgram program = program();
        Path truth = folder.resolve("truth.json");
        String command = program.binary() + " -rounds=5 -workloads=mutual -truth-file=" + truth;
        String pattern = program.binary() + ":main.is*";
        try (Terminal terminal = Terminal.start("funclatency", "--json", "--callers", "-c", command, pattern)) {
            JsonNode line = terminal.json();
            Map<String, Truth.Function> functions = Truth.read(truth).byName();
            long calls = functions.get("main.isEven").calls()
                    + functions.get("main.isOdd").calls();

            JsonNode cost = line.get("cost");
            assertThat(cost.get("hits").asLong()).isEqualTo(2 * calls);
            assertThat(cost.get("probes").asLong()).isGreaterThanOrEqualTo(4);
            assertThat(cost.get("cpu_ns").asLong()).isPositive();
            JsonNode even = line.get("functions").get(0);
            assertThat(even.get("name").asText()).isEqualTo("main.isEven");
            assertThat(even.get("probes_ns").asLong())
                    .isBetween(1L, even.get("sum_ns").asLong());
            assertThat(line.get("edges")).hasSize(2);
        }
    }

    /** Slower than nothing are all of them: one line for each call that returned, with its goroutine and its caller. */
    @Test
    void shouldPrintEachSlowCallAndAHistogramForEachFunction() {
        Path file = folder.resolve("truth.json");
        String command = program().binary() + " -rounds=5 -workloads=log -truth-file=" + file;
        String pattern = program().binary() + ":main.logged";
        try (Terminal terminal =
                Terminal.start("funclatency", "-u", "-F", "--slow", "1ns", "-i", "1", "-c", command, pattern)) {
            List<String> lines = terminal.lines();
            Truth truth = Truth.read(file);

            List<Matcher> slow =
                    lines.stream().map(SLOW::matcher).filter(Matcher::matches).toList();
            assertThat(slow)
                    .hasSize(Math.toIntExact(truth.byName().get("main.logged").returns()));
            assertThat(slow.stream().map(line -> Long.parseLong(line.group(1))).sorted())
                    .isEqualTo(
                            truth.log().stream().map(Truth.Call::goid).sorted().toList());
            assertThat(lines).contains("Function = main.logged").anyMatch(line -> line.contains("usecs"));
        }
    }

    private Comparison command(String verb, BiFunction<JsonNode, Truth, Comparison> compare) {
        TestProgram program = program();
        Path truth = folder.resolve("truth.json");
        String command = program.binary() + " -rounds=5 -held=2 -truth-file=" + truth;
        try (Terminal terminal = Terminal.start(verb, "--json", "-c", command, program.pattern())) {
            JsonNode line = terminal.json();
            assertThat(line.get("lost").asLong()).isZero();
            return compare.apply(line, Truth.read(truth));
        }
    }

    private static TestProgram program() {
        return TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
    }
}
