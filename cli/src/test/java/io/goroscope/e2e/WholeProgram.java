package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** All functions of a real program, counted at once while it works: it makes no error, and is as fast as before afterwards. */
final class WholeProgram {

    private static final Pattern ANNOUNCED =
            Pattern.compile("Counting (\\d+) functions at (\\d+) places \\(attached in (\\d+) ms\\)");

    static final List<String> HEAD = List.of(
            "| program | matched | cheap | costly | refused | inlined only | attached | in ms | s of load | requests"
                    + " | errors | req/s before | counted | after | hits |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");

    private static final long LONGEST_ATTACH_MS = 1000;
    private static final int TRIES = 3;

    private WholeProgram() {}

    /**
     * Runs it.
     *
     * @param without load without probes, before and afterwards
     * @param with load with probes
     * @return a row of a table
     */
    static String row(String name, RealProgram program, Duration without, Duration with) {
        JsonNode totals = totals(program.binary());
        HttpLoad.on(program, without); // until it is warm
        HttpLoad before = HttpLoad.on(program, without);
        HttpLoad counted = null;
        Matcher announced = null;
        long hits = 0;
        // What else runs on a shared machine may hold up one attachment; each of three is too many.
        for (int i = 0; i < TRIES && (announced == null || attachMs(announced) > LONGEST_ATTACH_MS); i++) {
            try (Terminal terminal = Terminal.start("funccount", "--json", "--all", "-p", program.pid(), "*")) {
                terminal.awaitAttached();
                announced = ANNOUNCED.matcher(terminal.stderr());
                assertThat(announced.find()).as(terminal.stderr()).isTrue();
                counted = HttpLoad.on(program, with);
                terminal.interrupt();
                hits = StreamSupport.stream(terminal.json().get("functions").spliterator(), false)
                        .mapToLong(function -> function.get("count").asLong())
                        .sum();
            }
        }
        HttpLoad after = HttpLoad.on(program, without);
        // One disturbed round of a shared machine is no slowdown; one that stays is.
        for (int i = 0; i < 3 && after.perSecond() < before.perSecond() * 0.7; i++) {
            after = HttpLoad.on(program, without);
        }

        int attached = Integer.parseInt(announced.group(2));
        long attachMs = attachMs(announced);
        assertThat(attached).as("attached").isEqualTo(totals.get("cheap").asInt());
        assertThat(attachMs).as("attached within ms").isLessThanOrEqualTo(LONGEST_ATTACH_MS);
        assertThat(before.failed() + counted.failed() + after.failed())
                .as("errors")
                .isZero();
        assertThat(counted.answered()).isPositive();
        assertThat(hits).isGreaterThan(counted.answered());
        assertThat(after.perSecond()).as("requests per second afterwards").isGreaterThan(before.perSecond() * 0.7);
        assertThat(program.isAlive()).isTrue();
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %.0f | %.0f | %.0f | %d |",
                name,
                totals.get("matched").asInt(),
                totals.get("cheap").asInt(),
                totals.get("costly").asInt(),
                totals.get("refused").asInt(),
                totals.get("inlined_only").asInt(),
                attached,
                attachMs,
                with.toSeconds(),
                counted.answered(),
                before.failed() + counted.failed() + after.failed(),
                before.perSecond(),
                counted.perSecond(),
                after.perSecond(),
                hits);
    }

    private static long attachMs(Matcher announced) {
        return Long.parseLong(announced.group(3));
    }

    private static JsonNode totals(Path binary) {
        try (Terminal terminal = Terminal.start("list", "--json", "--all", binary + ":*")) {
            return terminal.json().get("totals");
        }
    }
}
