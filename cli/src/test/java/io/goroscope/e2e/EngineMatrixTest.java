package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import io.goroscope.testbed.Toolchains;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The truth on each toolchain and in each flavor. Of the toolchains three are taken, unless {@code -Dgoroscope.matrix=full}
 * asks for all; the table of what was seen is written to {@code target/truth-matrix.md}.
 */
class EngineMatrixTest {

    private static final SessionOptions OPTIONS = SessionOptions.pairs().withRingBytes(64 << 20);
    private static final Path REPORT = Path.of("target/truth-matrix.md");
    private static final List<String> USUAL = List.of("go1.19", "go1.24", "go1.26");
    private static final boolean FULL = "full".equals(System.getProperty("goroscope.matrix"));

    private static final List<String> ROWS = new ArrayList<>();

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    @AfterAll
    static void writeTable() throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "| toolchain | from | flavor | functions | calls | calls equal | pairs and reasons equal |",
                "| --- | --- | --- | ---: | ---: | --- | --- |"));
        lines.addAll(ROWS);
        Files.write(REPORT, lines);
    }

    @TestFactory
    Stream<DynamicTest> shouldSeeEachCallAsTheProgramDoes() {
        return toolchains().entrySet().stream()
                .flatMap(entry -> entry.getValue() instanceof Toolchain toolchain
                        ? flavors(toolchain).stream()
                                .map(flavor -> DynamicTest.dynamicTest(
                                        toolchain + " " + flavor, () -> check(toolchain, flavor)))
                        : Stream.of(DynamicTest.dynamicTest(
                                entry.getKey(), () -> missing((Toolchains.Missing) entry.getValue()))));
    }

    private static Map<String, Toolchains.Availability> toolchains() {
        return FULL ? Toolchains.all() : Toolchains.some(USUAL);
    }

    private static List<Flavor> flavors(Toolchain toolchain) {
        List<Flavor> all = Flavor.of(toolchain.compiler());
        return FULL
                ? all
                : all.stream()
                        .filter(f -> f == all.get(0) || f == Flavor.PIE_STRIPPED)
                        .toList();
    }

    private static void missing(Toolchains.Missing missing) {
        ROWS.add("| " + missing.name() + " | – | – | – | – | cannot be had: " + missing.reason() + " | – |");
    }

    private static void check(Toolchain toolchain, Flavor flavor) {
        TestProgram program = TestProgram.truth(toolchain, flavor);
        EngineRun run = EngineRun.of(program, EngineRun.Pairs.AS_BUILT, OPTIONS, "-rounds=5", "-held=2");
        List<String> counts = run.comparison().countDifferences();
        List<String> differences = run.comparison().differences();
        ROWS.add("| " + toolchain + " | " + toolchain.origin() + " | " + flavor + " | "
                + run.comparison().functions() + " | " + run.comparison().calls() + " | " + verdict(counts) + " | "
                + verdict(differences) + " |");

        assertThat(run.lost()).isZero();
        assertThat(differences).isEmpty();
        assertThat(run.edges()).allSatisfy((edge, seen) -> assertThat(seen).isEqualTo(edge.calls()));
        assertThat(run.exitCode()).isZero();
    }

    private static String verdict(List<String> differences) {
        return differences.isEmpty() ? "yes" : "no: " + String.join("; ", differences);
    }
}
