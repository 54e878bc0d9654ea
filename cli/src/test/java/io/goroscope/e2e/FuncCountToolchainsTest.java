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

/** {@code funccount -c} on three of gc's toolchains, which differ in how functions begin, and on gccgo's library. */
class FuncCountToolchainsTest {

    private static final Set<Flavor> FLAVORS = Set.of(Flavor.PIE_STRIPPED, Flavor.GCCGO_SHARED);

    private static CountedToolchains counted;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
        counted = new CountedToolchains(
                Toolchains.some(List.of("go1.19", "go1.24", "go1.26", "gccgo-12")), FLAVORS::contains);
    }

    @AfterAll
    static void writeTable() {
        if (counted != null) {
            counted.writeTable(Path.of("target/reports/funccount-toolchains.md"));
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldCountEachCallAsTheProgramDoes() {
        return counted.tests();
    }
}
