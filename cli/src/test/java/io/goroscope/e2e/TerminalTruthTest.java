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
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the terminal commands print is what the program says. */
class TerminalTruthTest {

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
