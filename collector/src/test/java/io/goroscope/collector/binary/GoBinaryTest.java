package io.goroscope.collector.binary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.collector.GoPrograms;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.Image;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoBinaryTest {

    @TempDir
    private Path folder;

    /** Names and addresses against the symbol table, which this reader does not use. */
    @ParameterizedTest
    @ValueSource(strings = {"-buildmode=exe", "-buildmode=pie"})
    void shouldFindTheFunctionsThatGoToolNmFinds(String mode) {
        Path program = GoPrograms.shapes(mode);
        Map<Long, String> truth = new HashMap<>();
        String output =
                GoPrograms.run(Map.of(), folder, List.of(GoPrograms.go(), "tool", "nm", "-size", program.toString()));
        for (String line : output.split("\n", -1)) {
            String[] fields = line.strip().split("\\s+", 4);
            if (fields.length == 4 && fields[2].equalsIgnoreCase("t")) {
                truth.merge(Long.parseLong(fields[0], 16), fields[3], (a, b) -> a.equals("runtime.text") ? b : a);
            }
        }
        try (GoBinary binary = GoBinary.open(program, "shapes")) {
            List<String> different = new ArrayList<>();
            for (GoFunction function : binary.functions()) {
                String name = truth.get(function.address());
                if (name == null || !withoutForm(name).equals(withoutForm(function.name()))) {
                    different.add(function + " is " + name);
                }
            }
            assertThat(different).isEmpty();
            assertThat(binary.functions())
                    .filteredOn(f -> f.name().equals("main.Fib"))
                    .singleElement()
                    .satisfies(f -> {
                        assertThat(f.file()).endsWith("main.go");
                        assertThat(f.line()).isEqualTo(26);
                        assertThat(f.assembly()).isFalse();
                        assertThat(binary.functionAt(f.address() + 5)).isEqualTo(f.index());
                        assertThat(binary.fileOffset(f.address())).isPositive();
                        assertThat(binary.code(f).isDirect()).isTrue();
                    });
        }
    }

    /** The symbol table writes type arguments out, and marks an ABI; pclntab does neither. */
    private static String withoutForm(String name) {
        return name.replaceAll("\\[.*\\]", "[...]").replaceAll("\\.abi0$", "").replace('·', '.');
    }

    @Test
    void shouldReadTheBuildInformation() {
        Path program = GoPrograms.shapes();
        try (GoBinary binary = GoBinary.open(program, "the shapes")) {
            Image image = binary.image();
            assertThat(image.goVersion()).startsWith("go1.");
            assertThat(image.module()).isEqualTo("example.org/shapes");
            assertThat(image.settings()).containsEntry("GOARCH", "amd64");
            assertThat(image.displayPath()).isEqualTo("the shapes");
            assertThat(image.buildId()).hasSize(40).matches("[0-9a-f]+");
            assertThat(image.compiler()).isEqualTo(Image.Compiler.GC);
        }
    }

    @Test
    void shouldReadDebiansPrometheus() {
        try (GoBinary binary = GoBinary.open(GoPrograms.prometheus(), "prometheus")) {
            assertThat(binary.functionCount()).isGreaterThan(50_000);
            assertThat(binary.layout().goidOffset()).isIn(152, 160);
        }
    }

    @Test
    void shouldSayInOneLineWhatIsWrong() throws IOException {
        byte[] whole = Files.readAllBytes(GoPrograms.shapes());
        assertRefused(folder.resolve("nowhere"), "no such file");
        assertRefused(folder, "directory");
        assertRefused(write("text", "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8)), "no ELF file");
        assertRefused(write("empty", new byte[0]), "no ELF file");
        assertRefused(write("half", Arrays.copyOf(whole, whole.length / 2)), "truncated");
        byte[] riscv = whole.clone();
        riscv[18] = (byte) 243;
        assertRefused(write("riscv", riscv), "riscv64");
        assertRefused(Path.of("/bin/ls"), "no Go program");
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private static void assertRefused(Path path, String why) {
        assertThatThrownBy(() -> GoBinary.open(path, "THE-FILE"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("THE-FILE")
                .hasMessageContaining(why)
                .hasMessageNotContaining("\n");
    }
}
