package io.goroscope.collector.kernel;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;

/** What a test needs from the machine. A test without it is skipped, unless GOROSCOPE_REQUIRE names it. */
final class Requirement {

    private Requirement() {}

    /** The kernel lets this process trace. */
    static void bpf() {
        KernelFeatures features = KernelFeatures.probe();
        if (features.canTrace()) {
            return;
        }
        String why = "needs BPF: " + features.features();
        String required = System.getenv().getOrDefault("GOROSCOPE_REQUIRE", "");
        if (List.of(required.split(",")).contains("bpf")) {
            fail(why);
        }
        assumeTrue(false, why);
    }
}
