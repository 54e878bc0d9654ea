package io.goroscope.e2e;

import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.Toolchains;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The truth on three of gc's toolchains, which differ in how functions begin, and on gccgo; the table of what was seen
 * is written to {@code target/truth-matrix.md}. All toolchains in all flavors: {@link FullEngineMatrixTest}.
 */
class EngineMatrixTest {

    private static final Set<Flavor> FLAVORS =
            Set.of(Flavor.NORMAL, Flavor.PIE_STRIPPED, Flavor.CGO, Flavor.GCCGO_SHARED, Flavor.GCCGO_STATIC_LIBGO);
    private static final Set<Flavor> HARD = Set.of(Flavor.NORMAL, Flavor.GCCGO_SHARED, Flavor.GCCGO_STATIC);

    private static final List<String> TOOLCHAINS = List.of("go1.19", "go1.24", "go1.26", "gccgo-12");

    private static ToolchainTruth truth;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
        truth = new ToolchainTruth(Toolchains.some(TOOLCHAINS), FLAVORS::contains, HARD::contains);
    }

    @AfterAll
    static void writeTable() {
        if (truth != null) {
            truth.writeTable(Path.of("target/truth-matrix.md"));
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldSeeEachCallAsTheProgramDoes() {
        return truth.tests();
    }
}
