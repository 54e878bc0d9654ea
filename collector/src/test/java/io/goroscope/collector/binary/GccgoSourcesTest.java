package io.goroscope.collector.binary;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.GoPrograms;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.testbed.Toolchains;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What gccgo's debug information says of places in the source, and of copies: its symbol table says neither. */
class GccgoSourcesTest {

    private static final String SOURCE = """
            package main

            type T struct{ n int }

            func (t *T) Add(k int) int { return t.n + k }

            func small(x int) int { return x*3 + 1 }

            func Big(x int) int {
            	s := 0
            	for i := 0; i < x; i++ {
            		s += small(i) + small(i+s)
            	}
            	return s
            }

            func main() {
            	t := &T{3}
            	println(Big(10), t.Add(Big(3)))
            }
            """;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void writeSource() throws IOException {
        Files.writeString(folder.resolve("main.go"), SOURCE);
    }

    private static Path build(String... options) {
        Path program = folder.resolve("program" + String.join("", options));
        List<String> command = new ArrayList<>(
                List.of(Toolchains.requireGccgo().root().toString(), "-O2", "-o", program.toString(), "main.go"));
        command.addAll(List.of(options));
        GoPrograms.run(Map.of(), folder, command);
        return program;
    }

    @Test
    void shouldKnowWhereFunctionsStandByEitherVersionOfTheStandard() {
        for (String version : List.of("-gdwarf-4", "-gdwarf-5")) {
            try (GoBinary binary = GoBinary.open(build("-g", version), "program")) {
                assertStandsAt(binary, "main.Big", lineOf("func Big"));
                assertStandsAt(binary, "main.main", lineOf("func main"));
                assertThat(binary.inlinedCopies()).as(version).containsEntry("main.Big", 1);
            }
        }
    }

    @Test
    void shouldDoWithout() {
        try (GoBinary binary = GoBinary.open(build("-g0"), "program")) {
            assertThat(function(binary, "main.Big").file()).isEmpty();
            assertThat(binary.inlinedCopies()).isEmpty();
        }
    }

    private static void assertStandsAt(GoBinary binary, String name, int line) {
        GoFunction function = function(binary, name);
        assertThat(function.file()).isEqualTo(folder.resolve("main.go").toString());
        assertThat(function.line()).isEqualTo(line);
    }

    private static GoFunction function(GoBinary binary, String name) {
        return binary.functions().stream()
                .filter(f -> f.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static int lineOf(String text) {
        return 1
                + (int) SOURCE.lines().takeWhile(line -> !line.startsWith(text)).count();
    }
}
