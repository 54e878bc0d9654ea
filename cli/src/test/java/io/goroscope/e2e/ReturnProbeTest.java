package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Why there is no uretprobe in goroscope: the same program dies under bpftrace's, and lives under our probes. */
class ReturnProbeTest {

    private static final String[] GROWTH = {"-rounds=20", "-goroutines=4", "-workloads=growth"};

    private static final int SEGMENTATION_FAULT = 128 + 11;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    @Test
    void shouldLiveWhereAUretprobeKills() throws IOException {
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
        try (RunningProgram running = program.start(GROWTH)) {
            Bpftrace bpftrace = Bpftrace.attach("uretprobe:" + program.binary() + ":main.grow { @ = count(); }");
            try (bpftrace) {
                running.release();
                // Go's runtime finds the kernel's return address on the stack that it copies, and gives up; or a copied
                // stack returns to where nothing is.
                int exitCode = running.exitCode();
                assertThat(exitCode).isIn(2, SEGMENTATION_FAULT);
                assertThat(running.stderr()).contains(exitCode == 2 ? "unexpected return pc" : "");
            }
        }

        EngineRun ours = EngineRun.of(program, EngineRun.Pairs.AS_BUILT, SessionOptions.pairs(), GROWTH);
        assertThat(ours.exitCode()).isZero();
        assertThat(ours.truth().stackMoves()).isPositive();
        assertThat(ours.comparison().differences()).isEmpty();
    }
}
