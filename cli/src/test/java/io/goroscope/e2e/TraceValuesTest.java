package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.signatures.SignatureProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code trace} against programs of random functions that print what they passed: each value has to be the same. */
class TraceValuesTest {

    private static final long SEED = 7;

    @BeforeAll
    static void needsBpf() {
        Requirements.require("bpf");
        Requirements.require("go");
    }

    @Test
    void shouldPrintWhatTheProgramPassed() throws IOException {
        hold(Toolchains.requireLocal(), 300);
    }

    @Tag("matrix")
    @ParameterizedTest
    @ValueSource(strings = {"1.15", "1.19", "1.22", "1.24", "1.26", "1.27"})
    void shouldPrintWhatTheProgramPassedWithEachGo(String version) throws IOException {
        hold(Toolchains.require(version), 300);
    }

    private static void hold(Toolchain toolchain, int functions) throws IOException {
        TestProgram program = SignatureProgram.build(toolchain, Flavor.NORMAL, functions, SEED);
        Path truth = Files.createTempFile("signatures", ".truth");
        try {
            Map<String, List<String>> seen = new TreeMap<>();
            List<TracedLine> lines = TracedLine.of(
                    "--costly",
                    "--max-bytes",
                    "512",
                    "-c",
                    program.binary() + " " + truth,
                    program.binary() + ":main.f*");
            lines.forEach(line -> seen.put(line.function() + " " + line.event(), inOrder(line)));
            Held tally = new Held();
            for (String said : Files.readAllLines(truth)) {
                List<String> fields = List.of(said.split("\t", -1));
                int gap = 1 + fields.subList(1, fields.size()).indexOf("");
                String name = "main." + fields.get(0);
                tally.hold(name + " entry", fields.subList(1, gap), seen);
                tally.hold(name + " return", fields.subList(gap + 1, fields.size()), seen);
            }
            System.out.printf(Locale.ROOT, "%s: %d values the same, %d not%n", program, tally.same, tally.wrong.size());
            assertThat(tally.wrong).isEmpty();
            assertThat(tally.same).isGreaterThan(3 * functions);
        } finally {
            Files.delete(truth);
        }
    }

    /** To Go 1.16 debug information may list values of no size after their neighbours; the names are in order. */
    private static List<String> inOrder(TracedLine line) {
        TreeMap<String, String> byName = new TreeMap<>();
        for (int i = 0; i < line.names().size(); i++) {
            byName.put(line.names().get(i), line.values().get(i));
        }
        return List.copyOf(byName.values());
    }

    private static final class Held {

        private final List<String> wrong = new ArrayList<>();
        private int same;

        void hold(String key, List<String> said, Map<String, List<String>> seen) {
            List<String> values = seen.get(key);
            if (values == null || values.size() != said.size()) {
                wrong.add(key + ": " + said + " but " + values);
                return;
            }
            for (int i = 0; i < said.size(); i++) {
                if (said.get(i).equals(values.get(i))) {
                    same++;
                } else {
                    wrong.add(key + ": " + said.get(i) + " but " + values.get(i));
                }
            }
        }
    }
}
