package io.goroscope.collector.binary;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.GoPrograms;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import io.goroscope.testbed.Toolchains;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Source positions against those that a program's own runtime gives for its own instructions. */
class LineTableTest {

    /** A prime to most instructions' lengths: starts, middles and ends of them all come up. */
    private static final int STEP = 5;

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> shouldGiveThePositionsThatTheRuntimeGives() {
        return Stream.of("1.15", "1.19", "1.21", "1.22", "1.23", "1.24", "1.25", "1.26", "1.27")
                .map(language -> DynamicTest.dynamicTest("go" + language, () -> check(Toolchains.require(language))));
    }

    private void check(Toolchain toolchain) throws IOException {
        for (Flavor flavor : List.of(Flavor.NORMAL, Flavor.PIE_STRIPPED)) {
            check(TestProgram.build(toolchain, "lines", flavor));
        }
    }

    private void check(TestProgram program) throws IOException {
        List<Long> distances = new ArrayList<>();
        List<String> innermost = new ArrayList<>();
        int copies = 0;
        try (GoBinary binary = GoBinary.open(program.binary(), program.toString())) {
            long base = address(binary, "main.main");
            for (GoFunction f : binary.functions()) {
                if (isCompared(f)) {
                    for (long a = f.address(); a < f.address() + f.size(); a += STEP) {
                        distances.add(a - base);
                        List<SourceFrame> frames = binary.framesAt(a);
                        innermost.add(text(frames.get(0)));
                        copies += frames.size() - 1;
                        assertThat(frames.get(frames.size() - 1).inlined()).isFalse();
                        assertThat(frames.get(frames.size() - 1).function()).isEqualTo(f.name());
                    }
                }
            }
            Iterator<String> truth = run(program, distances).iterator();
            for (int i = 0; i < innermost.size(); i++) {
                assertThat(innermost.get(i))
                        .as("%s at main.main%+d", program, distances.get(i))
                        .isEqualTo(truth.next());
            }
            assertThat(truth.next()).isEqualTo("stacks");
            assertThat(copies).as("%s: copies", program).isGreaterThan(1000);
            assertThat(checkStacks(program, binary, base, truth))
                    .as("%s: stacks", program)
                    .isGreaterThan(5);
        }
    }

    private static boolean isCompared(GoFunction f) {
        return f.name().startsWith("main.")
                || f.name().startsWith("fmt.")
                || f.name().startsWith("strconv.");
    }

    private static long address(GoBinary binary, String name) {
        for (int i = 0; i < binary.functionCount(); i++) {
            if (binary.functionName(i).equals(name)) {
                return binary.function(i).address();
            }
        }
        throw new AssertionError("no " + name);
    }

    /** Chains of copies: what the runtime expands one return address to. */
    private static int checkStacks(TestProgram program, GoBinary binary, long base, Iterator<String> lines) {
        int chains = 0;
        List<SourceFrame> expected = List.of();
        while (lines.hasNext()) {
            String[] fields = lines.next().split("\t", -1);
            if (fields.length < 5) {
                continue;
            }
            if (expected.isEmpty()) {
                expected = new ArrayList<>(binary.framesAt(base + Long.parseLong(fields[0], 16)));
                chains += expected.size() > 1 ? 1 : 0;
            }
            SourceFrame frame = expected.remove(0);
            assertThat(text(frame) + "\t" + frame.inlined())
                    .as("%s", program)
                    .isEqualTo(String.join("\t", fields[1], fields[2], fields[3], fields[4]));
        }
        return chains;
    }

    private static String text(SourceFrame frame) {
        return frame.function() + "\t" + frame.file() + "\t" + frame.line();
    }

    private List<String> run(TestProgram program, List<Long> distances) throws IOException {
        StringBuilder list = new StringBuilder();
        for (long d : distances) {
            list.append(d < 0 ? "-" : "").append(Long.toHexString(Math.abs(d))).append('\n');
        }
        Path input = Files.writeString(folder.resolve("distances"), list);
        return GoPrograms.run(Map.of(), folder, List.of("sh", "-c", program.binary() + " < " + input))
                .lines()
                .toList();
    }
}
