package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import io.goroscope.testbed.Toolchains;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * The truth on several toolchains, each in several flavors, as tests; what was seen becomes the rows of a table.
 * {@code -Dgoroscope.toolchain=go1.19} runs those alone whose name has that in it.
 */
final class ToolchainTruth {

    private static final SessionOptions OPTIONS = SessionOptions.pairs().withRingBytes(64 << 20);

    private static final int HARD_ROUNDS = 3;

    private final Map<String, Toolchains.Availability> toolchains;
    private final Predicate<Flavor> flavors;
    private final Predicate<Flavor> hardFlavors;
    private final List<String> rows = new ArrayList<>(List.of(
            "| toolchain | from | flavor | run | functions | calls | calls equal | pairs and reasons equal |",
            "| --- | --- | --- | --- | ---: | ---: | --- | --- |"));

    /**
     * @param toolchains by name
     * @param flavors those to run
     * @param hardFlavors those to run under signals, on large stacks and with children as well
     */
    ToolchainTruth(
            Map<String, Toolchains.Availability> toolchains, Predicate<Flavor> flavors, Predicate<Flavor> hardFlavors) {
        this.toolchains = toolchains;
        this.flavors = flavors;
        this.hardFlavors = hardFlavors;
    }

    Stream<DynamicTest> tests() {
        String only = System.getProperty("goroscope.toolchain", "");
        return toolchains.entrySet().stream()
                .filter(entry -> entry.getKey().contains(only))
                .flatMap(entry -> entry.getValue() instanceof Toolchain toolchain
                        ? tests(toolchain)
                        : Stream.of(DynamicTest.dynamicTest(
                                entry.getKey(), () -> missing((Toolchains.Missing) entry.getValue()))));
    }

    private Stream<DynamicTest> tests(Toolchain toolchain) {
        List<Flavor> all = Flavor.of(toolchain.compiler());
        Stream<DynamicTest> usual = all.stream()
                .filter(flavors)
                .map(flavor -> DynamicTest.dynamicTest(toolchain + " " + flavor, () -> check(toolchain, flavor)));
        Stream<DynamicTest> hard = all.stream()
                .filter(hardFlavors)
                .map(flavor -> DynamicTest.dynamicTest(
                        toolchain + " " + flavor + ", hard", () -> checkHard(toolchain, flavor)));
        return Stream.concat(usual, hard);
    }

    private void missing(Toolchains.Missing missing) {
        rows.add("| " + missing.name() + " | – | – | – | – | – | cannot be had: " + missing.reason() + " | – |");
    }

    private void check(Toolchain toolchain, Flavor flavor) {
        TestProgram program = TestProgram.truth(toolchain, flavor);
        check(
                toolchain,
                flavor,
                "usual",
                EngineRun.of(program, EngineRun.Pairs.AS_BUILT, OPTIONS, "-rounds=5", "-held=2"));
    }

    private void checkHard(Toolchain toolchain, Flavor flavor) {
        Path binary = TestProgram.truth(toolchain, flavor).binary();
        check(toolchain, flavor, "hard", HardTruth.run(binary, flavor, OPTIONS, HARD_ROUNDS));
    }

    private void check(Toolchain toolchain, Flavor flavor, String kind, EngineRun run) {
        List<String> counts = run.comparison().countDifferences();
        List<String> differences = run.comparison().differences();
        rows.add("| " + toolchain + " | " + toolchain.origin() + " | " + flavor + " | " + kind + " | "
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

    /** Writes the table of what was seen, in Markdown. */
    void writeTable(Path file) {
        try {
            Files.write(file, rows);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
