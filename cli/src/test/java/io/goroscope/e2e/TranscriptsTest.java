package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.testbed.Requirements;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The sessions with which tracing of Go by uprobes was first shown, on today's compilers: bcc's {@code funccount 'go:os.*'}
 * and {@code './hello:fmt.*'}, with {@code -p} and {@code -i}, and all of libgo at once, whose 21,178 functions broke it.
 * Where those read {@code fmt.Println}, gc has inlined that into its caller since, and {@code fmt.Fprintln} is what runs.
 */
class TranscriptsTest {

    private static final int TIMES = 7;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    @Test
    void shouldCountFmtInGccgosLibrary() {
        try (Greeter hello = Greeter.start(TIMES, Greeter.gccgo().toString());
                Terminal terminal = Terminal.start("funccount", "--json", "-p", hello.pid(), "go:fmt.*")) {
            terminal.awaitAttached();
            hello.greet();
            hello.greet();
            assertThat(hello.end()).isZero();

            assertThat(counts(terminal.json()))
                    .containsEntry("fmt.Println", 2L * TIMES)
                    .containsEntry("fmt.Fprintln", 2L * TIMES)
                    .containsEntry("fmt.pp.doPrintln", 2L * TIMES)
                    .containsEntry("fmt.pp.printArg", 4L * TIMES);
        }
    }

    @Test
    void shouldCountFmtInGcsProgramFromItsStart() {
        Path hello = Greeter.gc();
        try (Terminal terminal =
                Terminal.start("funccount", "--json", "-c", hello + " " + TIMES, hello + ":fmt.*", "main.*")) {
            assertThat(counts(terminal.json()))
                    .containsEntry("main.main", 1L)
                    .containsEntry("main.greet", 1L)
                    .containsEntry("fmt.Fprintln", (long) TIMES)
                    .containsEntry("fmt.(*pp).doPrintln", (long) TIMES)
                    .containsEntry("fmt.(*pp).printArg", 2L * TIMES)
                    .doesNotContainKey("fmt.Println");
        }
    }

    /** Every process that runs the library, until Ctrl-C; a table for each second, which add up to the whole. */
    @Test
    void shouldPrintATableEachSecondUntilCtrlC() {
        try (Greeter one = Greeter.start(TIMES, Greeter.gccgo().toString());
                Greeter two = Greeter.start(1, Greeter.gccgo().toString());
                Terminal terminal = Terminal.start("funccount", "--json", "-i", "1", "go:fmt.Println")) {
            terminal.awaitAttached();
            one.greet();
            two.greet();
            awaitLines(terminal, 2);
            one.greet();
            terminal.interrupt();

            List<JsonNode> tables = terminal.jsonLines();
            assertThat(tables).hasSizeGreaterThanOrEqualTo(3);
            assertThat(tables.stream()
                            .map(TranscriptsTest::counts)
                            .mapToLong(table -> table.getOrDefault("fmt.Println", 0L))
                            .sum())
                    .isEqualTo(2L * TIMES + 1);
            assertThat(terminal.stderr()).contains("hottest: fmt.Println");
        }
    }

    @Test
    void shouldCountAllOfLibgoAtOnce() {
        try (Greeter hello = Greeter.start(TIMES, Greeter.gccgo().toString());
                Terminal terminal = Terminal.start("funccount", "--json", "--all", "-p", hello.pid(), "go:*")) {
            terminal.awaitAttached();
            for (int i = 0; i < 10; i++) {
                hello.greet();
            }
            assertThat(hello.end()).isZero();

            assertThat(terminal.stderr()).containsPattern("Counting 2\\d{4} functions");
            Map<String, Long> counts = counts(terminal.json());
            assertThat(counts).containsEntry("fmt.Println", 10L * TIMES).containsEntry("fmt.Fprintln", 10L * TIMES);
            assertThat(counts).hasSizeGreaterThan(50);
        }
    }

    /** With lines and inlined copies: fmt.Println is there as such a copy. */
    @Test
    void shouldCountByUserStack() {
        Path hello = Greeter.gc();
        try (Terminal terminal =
                Terminal.start("funccount", "--json", "-U", "-c", hello + " " + TIMES, hello + ":fmt.Fprintln")) {
            JsonNode stacks = terminal.json().get("stacks");

            assertThat(stacks).hasSize(1);
            assertThat(stacks.get(0).get("count").asLong()).isEqualTo(TIMES);
            List<String> frames = stacks.get(0).get("frames").findValuesAsText("function");
            assertThat(frames).startsWith("fmt.Fprintln", "fmt.Println", "main.greet", "main.main", "runtime.main");
            JsonNode println = stacks.get(0).get("frames").get(1);
            assertThat(println.get("inlined").asBoolean()).isTrue();
            JsonNode greet = stacks.get(0).get("frames").get(2);
            assertThat(greet.get("file").asText()).endsWith("main.go");
            assertThat(greet.get("line").asInt()).isEqualTo(18);
        }
    }

    private static void awaitLines(Terminal terminal, int lines) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (terminal.stdout().lines().count() < lines) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static Map<String, Long> counts(JsonNode line) {
        Map<String, Long> counts = new TreeMap<>();
        for (JsonNode function : line.get("functions")) {
            counts.merge(function.get("name").asText(), function.get("count").asLong(), Long::sum);
        }
        return counts;
    }
}
