package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a filter rejects never leaves the kernel, and what that saves. */
class TraceFilterTest {

    /** Their records fit into the ring. */
    private static final int CALLS = 4_000;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
        Requirements.require("go");
    }

    /** {@code hits} says how much CPU time a call took its thread. */
    @Test
    void shouldSendNothingWhereNothingPasses() throws IOException {
        Path hits = TestProgram.build(Toolchains.requireLocal(), "hits", Flavor.NORMAL)
                .binary();
        Process program = new ProcessBuilder(hits.toString()).start();
        try (BufferedReader said = program.inputReader(StandardCharsets.UTF_8)) {
            said.readLine(); // ready
            List<String> took = new ArrayList<>();

            CaptureRun.Work work = () -> call(program, said, took);
            CaptureRun rejecting = CaptureRun.of(hits, (int) program.pid(), List.of("main.hit (n < 0) \"%d\" n"), work);
            CaptureRun taking = CaptureRun.of(hits, (int) program.pid(), List.of("main.hit \"%d\" n"), work);
            work.isDone();

            System.out.printf(
                    Locale.ROOT,
                    "a call of main.hit: %s ns rejected by its filter, %s ns sent, %s ns without a probe%n",
                    took.get(0),
                    took.get(1),
                    took.get(2));
            assertThat(rejecting.hits()).isEqualTo(CALLS);
            assertThat(rejecting.rejected()).isEqualTo(CALLS);
            assertThat(rejecting.sent()).isZero();
            assertThat(rejecting.calls()).isEmpty();
            assertThat(taking.sent()).isEqualTo(CALLS);
            assertThat(taking.rejected()).isZero();
            assertThat(taking.calls())
                    .startsWith("main.hit 1", "main.hit 2", "main.hit 3")
                    .hasSize(CALLS);
        } finally {
            program.destroyForcibly();
        }
    }

    private static boolean call(Process program, BufferedReader said, List<String> took) {
        try {
            program.getOutputStream().write((CALLS + "\n").getBytes(StandardCharsets.UTF_8));
            program.getOutputStream().flush();
            took.add(said.readLine().split(" ")[0]);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("the program does not answer", e);
        }
    }
}
