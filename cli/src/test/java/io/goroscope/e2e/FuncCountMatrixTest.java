package io.goroscope.e2e;

import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.Toolchains;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * {@code funccount -c} on every toolchain from Go 1.15 on, normal, stripped, PIE and PIE stripped, and on gccgo's three ways to
 * link. The table is {@code target/reports/funccount-matrix.md}; what cannot be had stands there with the reason.
 */
@Tag("matrix")
class FuncCountMatrixTest {

    private static final Set<Flavor> FLAVORS = Set.of(
            Flavor.NORMAL,
            Flavor.STRIPPED,
            Flavor.PIE,
            Flavor.PIE_STRIPPED,
            Flavor.GCCGO_SHARED,
            Flavor.GCCGO_STATIC_LIBGO,
            Flavor.GCCGO_STATIC);

    private static CountedToolchains counted;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
        counted = new CountedToolchains(Toolchains.all(), FLAVORS::contains);
    }

    @AfterAll
    static void writeTable() {
        if (counted != null) {
            counted.writeTable(Path.of("target/reports/funccount-matrix.md"));
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldCountEachCallAsTheProgramDoes() {
        return counted.tests();
    }
}
