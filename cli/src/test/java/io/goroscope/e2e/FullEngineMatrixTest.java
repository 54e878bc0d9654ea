package io.goroscope.e2e;

import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.Toolchains;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * The truth on every toolchain from Go 1.15 on and on gccgo, in every flavor; the table of what was seen is written to
 * {@code target/truth-full-matrix.md}.
 */
@Tag("matrix")
class FullEngineMatrixTest {

    private static final Set<Flavor> HARD = EnumSet.of(
            Flavor.NORMAL,
            Flavor.CGO_PIE_STRIPPED,
            Flavor.GCCGO_SHARED,
            Flavor.GCCGO_STATIC_LIBGO,
            Flavor.GCCGO_STATIC);

    private static ToolchainTruth truth;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
        truth = new ToolchainTruth(Toolchains.all(), flavor -> true, HARD::contains);
    }

    @AfterAll
    static void writeTable() {
        if (truth != null) {
            truth.writeTable(Path.of("target/truth-full-matrix.md"));
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldSeeEachCallAsTheProgramDoes() {
        return truth.tests();
    }
}
