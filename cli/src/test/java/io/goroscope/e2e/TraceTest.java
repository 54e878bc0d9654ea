package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code trace} on a program of which all arguments and results are known, as several compilers make it. */
class TraceTest {

    private static final String DIVISION = "*errors.errorString(\"division by zero\")";

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
        Requirements.require("go");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.15", "1.26"})
    void shouldPrintArgumentsAndResults(String go) {
        holdNamed(values(go, Flavor.NORMAL));
        holdWords(values(go, Flavor.STRIPPED), go.equals("1.15"));
    }

    @Tag("matrix")
    @ParameterizedTest
    @ValueSource(strings = {"1.19", "1.21", "1.22", "1.23", "1.24", "1.25", "1.27"})
    void shouldPrintArgumentsAndResultsWithEachGo(String go) {
        shouldPrintArgumentsAndResults(go);
    }

    @Test
    void shouldPrintArgumentsAndResultsOfGccgo() {
        TestProgram program = TestProgram.build(Toolchains.requireGccgo(), "values", Flavor.GCCGO_SHARED);

        List<TracedLine> lines = trace(program, 3, "main.add", "main.divide", "main.scale");

        assertThat(lines).extracting(TracedLine::values).contains(List.of("42", "13"), List.of("55"));
        assertThat(lines)
                .extracting(TracedLine::values)
                .contains(List.of("7", "5", "nil"), List.of("0", "0", DIVISION));
        assertThat(lines)
                .extracting(TracedLine::values)
                .contains(List.of("1.5", "-0.25", "(2+8i)"), List.of("3", "-2"));
        assertThat(TracedLine.of("-c", program.binary().toString(), "go:fmt.Println \"%v\" a"))
                .extracting(TracedLine::text)
                .containsExactly("[\"Hello, BPF!\"]");
    }

    private static void holdNamed(TestProgram program) {
        List<TracedLine> lines =
                trace(program, 3, "main.add", "main.divide", "main.scale", "main.serve", "fmt.Fprintln \"%v\" a");

        assertThat(lines)
                .extracting(TracedLine::toString)
                .containsExactly(
                        "main.add entry [42, 13]",
                        "main.add return [55]",
                        "main.divide entry [47, 6]",
                        "main.divide return [7, 5, nil]",
                        "main.divide entry [1, 0]",
                        "main.divide return [0, 0, " + DIVISION + "]",
                        "main.scale entry [1.5, -0.25, (2+8i)]",
                        "main.scale return [3, -2]",
                        "main.serve entry [\"GET\", \"/things/0\", 200]",
                        "main.serve return [191]",
                        "main.serve entry [\"PUT\", \"/things/1\", 201]",
                        "main.serve return [192]",
                        "main.serve entry [\"GET\", \"/things/2\", 202]",
                        "main.serve return [193]",
                        "fmt.Fprintln entry [\"Hello, BPF!\"]");
    }

    /** Nothing tells names and types: words by their numbers, and the user says what they are. */
    private static void holdWords(TestProgram program, boolean onStack) {
        List<TracedLine> lines = trace(
                program,
                1,
                onStack ? "main.add \"%d %d %d\" goarg1, goarg2, word3" : "main.add \"%d %d %d\" goarg1, goarg2, ret1",
                onStack ? "main.divide \"%d %d\" word3, word4" : "main.divide \"%d %d\" ret1, ret2",
                "main.divide \"%v\" " + (onStack ? "word5" : "ret3") + ".(error)",
                "main.show \"%v\" goarg1.(any)",
                "main.serve \"%s %s %d\" goarg1, goarg3, goarg5",
                "fmt.Fprintln \"%v\" goarg3.([]any)");

        assertThat(lines)
                .extracting(TracedLine::text)
                .containsExactlyInAnyOrder(
                        "42 13 55",
                        "7 5",
                        "nil",
                        "0 0",
                        DIVISION,
                        "\"Hello, BPF!\"",
                        "GET /things/0 200",
                        "[\"Hello, BPF!\"]");
    }

    /** Nobody has read the text before the call: its page is not in the process, and the plain read fails. */
    @Test
    void shouldPrintTextThatNobodyHasRead() {
        String page = "0123456789abcdef".repeat(1 << 14);
        String text = "never read".repeat(15);
        TestProgram program = TestProgram.build(
                Toolchains.requireLocal(),
                "unread",
                new TreeMap<>(Map.of(
                        "main.go", """
                package main

                const text = "%s"

                //go:noinline
                func unread(text string) int { return len(text) }

                func main() { unread(text[%d:%d]) }
                """.formatted(page + text + page, page.length(), page.length() + text.length())
                                .getBytes(StandardCharsets.UTF_8))),
                Flavor.NORMAL);

        assertThat(trace(program, 1, "main.unread \"%s\" text"))
                .extracting(TracedLine::text)
                .containsExactly(text);
    }

    @Test
    void shouldCutAtMaxBytesAndSaySo() {
        TestProgram program = values("1.26", Flavor.NORMAL);

        assertThat(TracedLine.of(
                        "--max-bytes",
                        "4",
                        "-c",
                        program.binary().toString(),
                        program.binary() + ":main.serve \"%s\" path"))
                .extracting(TracedLine::text)
                .containsExactly("/thi...(9 bytes)");
    }

    @Test
    void shouldEvaluateFiltersOnArgumentsAndResults() {
        TestProgram program = values("1.26", Flavor.NORMAL);

        assertThat(trace(
                        program,
                        12,
                        "main.serve (method == \"GET\" && status > 200 && len(path) < 10) \"%s\" path",
                        "main.divide (err != nil) \"%v\" err",
                        "main.scale (x > 1.25 && y < 0) \"%.2f %v\" x, z",
                        "main.scale (x > 1.5) \"%v\" x",
                        "main.scale (ret1 == 3.0 && ret2 < -1.5) \"%v\" ret2",
                        "main.add (a == 41) \"%d\" a"))
                .extracting(TracedLine::text)
                .containsExactly(DIVISION, "1.50 (2+8i)", "-2", "/things/2", "/things/5", "/things/7", "/things/8");
    }

    /** Only what has passed the filter at its entry has its return printed. */
    @Test
    void shouldFollowAFilteredEntryToItsReturn() {
        assertThat(trace(values("1.26", Flavor.NORMAL), 6, "main.serve (method == \"DELETE\")"))
                .extracting(TracedLine::toString)
                .containsExactly("main.serve entry [\"DELETE\", \"/things/4\", 201]", "main.serve return [192]");
    }

    @Test
    void shouldCountValuesInTheKernel() {
        TestProgram program = values("1.26", Flavor.NORMAL);

        assertThat(rows(aggregate(program, 100, "--count", "method", "main.serve"), "counts", "value"))
                .isEqualTo(Map.of("GET", 60L, "PUT", 20L, "DELETE", 20L));
        assertThat(rows(aggregate(program, 100, "--count", "status", "main.serve (status != 200)"), "counts", "value"))
                .isEqualTo(Map.of("201", 33L, "202", 33L));
        assertThat(rows(aggregate(program, 100, "--hist", "ret1", "main.serve"), "buckets", "ge"))
                .isEqualTo(Map.of("128", 100L));
    }

    /** Where there is only an inlined copy, the functions that have it are named. */
    @Test
    void shouldNameTheCallersOfWhatIsInlined() {
        String binary = values("1.26", Flavor.NORMAL).binary().toString();
        try (Terminal terminal = Terminal.start("trace", binary + ":fmt.Println")) {
            assertThatThrownBy(terminal::finish)
                    .hasMessageContaining("ended with 2")
                    .hasMessageContaining(
                            "fmt.Println exists only inlined into other functions (1 copy, in main.main)");
        }
    }

    /** A process that runs already, seconds instead of the time of day, and an end after so many lines. */
    @Test
    void shouldEndAfterSoManyLines() {
        try (Greeter hello = Greeter.start(5, Greeter.gc().toString());
                Terminal terminal =
                        Terminal.start("trace", "-t", "-M", "3", "-p", hello.pid(), "fmt.Fprintln \"%v\" a")) {
            terminal.awaitAttached();
            hello.greet();

            List<String> lines = terminal.lines();
            assertThat(lines).hasSize(4);
            assertThat(lines.get(0)).startsWith("TIME").contains("PID", "TID", "GOID", "COMM", "FUNC");
            for (int i = 0; i < 3; i++) {
                assertThat(lines.get(1 + i))
                        .matches("\\d\\.\\d{6} +" + hello.pid() + " +\\d+ +1 +hello +fmt\\.Fprintln "
                                + "\\[\"Hello, Go!\" " + i + "]");
            }
            assertThat(hello.end()).isZero();
        }
    }

    /** Of each goroutine either all calls are taken or none. */
    @Test
    void shouldSampleByGoroutine() {
        TestProgram program = TestProgram.build(
                Toolchains.requireLocal(),
                "many",
                new TreeMap<>(Map.of("main.go", """
                package main

                import "sync"

                //go:noinline
                func work(id, step int, name string) int {
                	if id < 0 {
                		return work(-id, step, name)
                	}
                	return id + step
                }

                func main() {
                	var all sync.WaitGroup
                	for i := 0; i < 200; i++ {
                		all.Add(1)
                		go func(id int) {
                			for step := 0; step < 3; step++ {
                				work(id, step, "odd"[id%2*3:])
                			}
                			all.Done()
                		}(i)
                	}
                	all.Wait()
                }
                """.getBytes(StandardCharsets.UTF_8))),
                Flavor.NORMAL);

        Map<String, Long> calls =
                TracedLine.of("-i", "4", "-c", program.binary().toString(), program.binary() + ":main.work \"%d\" id")
                        .stream()
                        .collect(Collectors.groupingBy(TracedLine::text, Collectors.counting()));
        assertThat(calls.values()).containsOnly(3L);
        assertThat(calls).hasSizeBetween(20, 90);
        assertThat(rows(aggregate(program, 0, "--count", "name", "main.work"), "counts", "value"))
                .isEqualTo(Map.of("", 300L, "odd", 300L));
    }

    private static JsonNode aggregate(TestProgram program, int times, String option, String value, String spec) {
        try (Terminal terminal = Terminal.start(
                "trace",
                "--json",
                option,
                value,
                "-c",
                program.binary() + " " + times,
                program.binary() + ":" + spec)) {
            return terminal.json();
        }
    }

    private static Map<String, Long> rows(JsonNode line, String list, String key) {
        Map<String, Long> rows = new TreeMap<>();
        line.get(list)
                .forEach(row -> rows.put(row.get(key).asText(), row.get("count").asLong()));
        return rows;
    }

    private static TestProgram values(String go, Flavor flavor) {
        return TestProgram.build(
                go.equals("1.26") ? Toolchains.requireLocal() : Toolchains.require(go), "values", flavor);
    }

    private static List<TracedLine> trace(TestProgram program, int times, String... specs) {
        String[] words = new String[specs.length + 3];
        words[0] = "--costly";
        words[1] = "-c";
        words[2] = program.binary() + " " + times;
        for (int i = 0; i < specs.length; i++) {
            words[3 + i] = program.binary() + ":" + specs[i];
        }
        return TracedLine.of(words);
    }
}
