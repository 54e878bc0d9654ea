package io.goroscope.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.SessionOptions;
import java.io.PrintStream;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Counts calls in the kernel. */
@Command(
        name = "funccount",
        mixinStandardHelpOptions = true,
        description = "Counts the calls of functions, exactly, until Ctrl-C.",
        footer = {
            "",
            "Examples:",
            "  goroscope funccount './server:main.*'             every process that runs ./server",
            "  goroscope funccount -p 4242 -i 1 'net/http.*'     one process, a table each second",
            "  goroscope funccount -c './hello' './hello:fmt.*'  a command, from its first instruction on",
            "  goroscope funccount 'go:fmt.*'                    every process that runs gccgo's libgo"
        })
final class FuncCountCommand implements Callable<Integer> {

    /** Often enough that a table is no older than a reader can see, and seldom enough to cost nothing. */
    private static final Duration COUNTS_EVERY = Duration.ofMillis(100);

    @Mixin
    private TargetOptions target;

    @Mixin
    private RunOptions run;

    @Option(
            names = {"-T", "--timestamp"},
            description = "Print the time of day above each table.")
    private boolean timestamp;

    @Option(
            names = {"-s", "--sort"},
            paramLabel = "KEY",
            defaultValue = "count",
            description = "Sort by count (default; the most called function last) or name.")
    private SortKey sort;

    /** What the table is sorted by. */
    enum SortKey {
        COUNT,
        NAME
    }

    private final Map<Integer, Long> printed = new HashMap<>();
    private FunctionNames names;
    private CountsSink counts;
    private long startNs;

    @Override
    public Integer call() {
        run.check();
        TraceTarget resolved = target.resolve(false);
        names = new FunctionNames(resolved.plans());
        counts = new CountsSink();
        startNs = System.nanoTime();
        try (Tracing tracing = Tracing.start(resolved, target, SessionOptions.count(), COUNTS_EVERY, counts)) {
            startNs = tracing.startNs();
            tracing.announce("Counting");
            run.run(tracing::hasEnded, () -> print(tracing));
            tracing.finish();
            print(tracing);
        }
        return 0;
    }

    private void print(Tracing tracing) {
        List<Row> rows = new ArrayList<>();
        counts.totals().forEach((function, calls) -> {
            long since = calls - printed.getOrDefault(function, 0L);
            if (since > 0) {
                rows.add(new Row(names.of(function), since));
            }
            printed.put(function, calls);
        });
        Comparator<Row> byName = Comparator.comparing(Row::name);
        rows.sort(
                sort == SortKey.NAME
                        ? byName
                        : Comparator.comparingLong(Row::count).thenComparing(byName));
        if (run.json()) {
            printJson(rows, tracing.status().lost());
        } else {
            printTable(rows, System.out);
        }
    }

    private record Row(String name, long count) {}

    private void printTable(List<Row> rows, PrintStream out) {
        out.println();
        if (timestamp) {
            out.println(LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS));
        }
        int width = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
        width = Math.max(36, width);
        out.printf(Locale.ROOT, "%-" + width + "s %12s%n", "FUNC", "COUNT");
        for (Row row : rows) {
            out.printf(Locale.ROOT, "%-" + width + "s %12d%n", row.name(), row.count());
        }
        out.flush();
    }

    private void printJson(List<Row> rows, long lost) {
        ObjectNode line = new ObjectMapper().createObjectNode();
        line.put("elapsed_s", (System.nanoTime() - startNs) / 1e9);
        ArrayNode functions = line.putArray("functions");
        for (Row row : rows) {
            functions.addObject().put("name", row.name()).put("count", row.count());
        }
        line.put("lost", lost);
        System.out.println(line);
    }
}
