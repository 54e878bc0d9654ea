package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.testbed.Comparison;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
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
 * {@code funccount -c} on the testbed's program as several toolchains make it: each function's count is the program's own
 * number, under stack growth and with 8 threads. What was seen becomes the rows of a table.
 */
final class CountedToolchains {

    private static final List<String> HEAD = List.of(
            "| toolchain | from | flavor | functions | calls | stacks moved | counts equal the program's |",
            "| --- | --- | --- | ---: | ---: | ---: | --- |");

    private final Map<String, Toolchains.Availability> toolchains;
    private final Predicate<Flavor> flavors;
    private final List<String> rows = new ArrayList<>(HEAD);

    CountedToolchains(Map<String, Toolchains.Availability> toolchains, Predicate<Flavor> flavors) {
        this.toolchains = toolchains;
        this.flavors = flavors;
    }

    Stream<DynamicTest> tests() {
        return toolchains.entrySet().stream()
                .flatMap(entry -> entry.getValue() instanceof Toolchain toolchain
                        ? Flavor.of(toolchain.compiler()).stream()
                                .filter(flavors)
                                .map(flavor -> DynamicTest.dynamicTest(
                                        toolchain + " " + flavor, () -> check(toolchain, flavor)))
                        : Stream.of(DynamicTest.dynamicTest(
                                entry.getKey(), () -> missing((Toolchains.Missing) entry.getValue()))));
    }

    /** A version that nobody hands out is a row of the table; whether there are enough is for the caller to say. */
    private void missing(Toolchains.Missing missing) {
        rows.add("| " + missing.name() + " | – | – | – | – | – | cannot be had: " + missing.reason() + " |");
    }

    private void check(Toolchain toolchain, Flavor flavor) throws IOException {
        TestProgram program = TestProgram.truth(toolchain, flavor);
        Path file = Files.createTempFile("truth", ".json");
        try {
            String command = program.binary() + " -procs=8 -goroutines=8 -rounds=5 -held=2 -truth-file=" + file;
            JsonNode line;
            try (Terminal terminal =
                    Terminal.start("funccount", "--json", "--costly", "-c", command, program.pattern())) {
                line = terminal.json();
            }
            Truth truth = Truth.read(file);
            Comparison comparison = Terminal.counts(line, truth);
            List<String> differences = comparison.countDifferences();
            rows.add("| " + toolchain + " | " + toolchain.origin() + " | " + flavor + " | " + comparison.functions()
                    + " | " + comparison.calls() + " | " + truth.stackMoves() + " | "
                    + (differences.isEmpty() ? "yes" : "no: " + String.join("; ", differences)) + " |");

            assertThat(differences).isEmpty();
            assertThat(comparison.functions()).isGreaterThan(20);
            assertThat(line.get("lost").asLong()).isZero();
            if (toolchain.compiler() == Toolchain.Compiler.GC) {
                assertThat(truth.stackMoves()).isPositive();
            }
        } finally {
            Files.delete(file);
        }
    }

    void writeTable(Path file) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, rows);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
