package io.goroscope.e2e;

import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Toolchain.Compiler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is not in every run of the program {@code truth}, at once: a signal each millisecond with the runtime's signal functions
 * traced as well (they run with a goroutine's g on the signal stack), more of the stack than most programs ever use, deep
 * panics, and children.
 */
final class HardTruth {

    private static final String GC_WORKLOADS = "-workloads=+goexitpanic,+timed,+children,+unwind";
    private static final String GCCGO_WORKLOADS = "-workloads=+timed,+children,+unwind";

    private HardTruth() {}

    static EngineRun run(Path binary, Flavor flavor, SessionOptions options, int rounds) {
        boolean gc = Flavor.of(Compiler.GC).contains(flavor);
        List<String> flags =
                new ArrayList<>(List.of("-signal-hz=1000", "-rounds=" + rounds, "-held=2", "-goroutines=6"));
        flags.addAll(
                gc
                        ? List.of("-stack-kb=1024", "-panic-kb=256", GC_WORKLOADS)
                        : List.of("-stack-kb=10240", "-panic-kb=6144", GCCGO_WORKLOADS));
        List<String> specs = List.of(
                binary + ":main.*", flavor == Flavor.GCCGO_SHARED ? "go:runtime.sig*" : binary + ":runtime.sig*");
        return EngineRun.of(binary, specs, EngineRun.Pairs.AS_BUILT, options, flags.toArray(String[]::new));
    }
}
