package io.goroscope.e2e;

import io.goroscope.testbed.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All of Prometheus at once, for some seconds. Three programs, for longer: {@link RealProgramsSoakTest}. */
class RealProgramsTest {

    @TempDir
    Path folder;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
        if (!Files.exists(Path.of("/usr/bin/prometheus"))) {
            Requirements.unmet("bpf", "no /usr/bin/prometheus: apt-get install prometheus");
        }
    }

    @Test
    void shouldCountAllFunctionsOfPrometheusUnharmed() throws IOException {
        try (RealProgram program = RealProgram.prometheus(folder)) {
            WholeProgram.row("prometheus", program, Duration.ofSeconds(2), Duration.ofSeconds(4));
        }
    }
}
