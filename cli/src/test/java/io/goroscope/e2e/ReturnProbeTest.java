package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Why there is no uretprobe in goroscope: the same program dies under bpftrace's, and lives under our probes. */
class ReturnProbeTest {

    private static final String[] GROWTH = {"-rounds=20", "-goroutines=4", "-workloads=growth"};
    private static final String ATTACHED = "attached";

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    @Test
    void shouldLiveWhereAUretprobeKills() throws IOException, InterruptedException {
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
        try (RunningProgram running = program.start(GROWTH)) {
            Process bpftrace = bpftrace(program);
            try {
                awaitAttached(bpftrace);
                running.release();
                // Go's runtime finds the kernel's return address on the stack that it copies, and gives up.
                assertThat(running.exitCode()).isEqualTo(2);
                assertThat(running.stderr()).contains("unexpected return pc");
            } finally {
                bpftrace.destroy();
                bpftrace.waitFor();
            }
        }

        EngineRun ours = EngineRun.of(program, EngineRun.Pairs.AS_BUILT, SessionOptions.pairs(), GROWTH);
        assertThat(ours.exitCode()).isZero();
        assertThat(ours.truth().stackMoves()).isPositive();
        assertThat(ours.comparison().differences()).isEmpty();
    }

    private static Process bpftrace(TestProgram program) {
        try {
            // Intervals begin when every probe is attached.
            return new ProcessBuilder(
                            "bpftrace",
                            "-B",
                            "line",
                            "-e",
                            "uretprobe:" + program.binary() + ":main.grow { @ = count(); } interval:ms:100 { printf(\""
                                    + ATTACHED + "\\n\"); }")
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            Requirements.unmet("bpf", "bpftrace does not start: " + e.getMessage());
            throw new IllegalStateException(e);
        }
    }

    private static void awaitAttached(Process bpftrace) throws IOException {
        StringBuilder said = new StringBuilder();
        BufferedReader reader = bpftrace.inputReader(StandardCharsets.UTF_8);
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.equals(ATTACHED)) {
                return;
            }
            said.append(line).append('\n');
        }
        throw new IllegalStateException("bpftrace ended: " + said);
    }
}
