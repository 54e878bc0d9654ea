package io.goroscope.cli;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.schemas.UserException;
import io.goroscope.streams.histogram.Log2Histogram.Unit;
import io.goroscope.streams.pairing.CallSink;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Times calls, by goroutine. */
@Command(
        name = "funclatency",
        mixinStandardHelpOptions = true,
        description = {
            "Times the calls of functions, paired by goroutine, and prints log2 histograms, until Ctrl-C.",
            "",
            "A call is timed from its entry to its return, whichever threads it runs on in between. What has no duration is"
                    + " counted instead: calls that a panic or Goexit unwound (abandoned), returns of calls that were open"
                    + " before (unmatched), calls still open at the end, with the age of the oldest, and calls between"
                    + " whose entry and return an event may be lost (uncertain).",
            "",
            "Below each histogram: the average (the sum is exact), percentiles (exact to within a bucket of 9 %), and what"
                    + " of it the probes took. A call's duration contains the probes of all traced calls within it: trace"
                    + " fewer functions where that share is large. The last line says what the probes cost the traced"
                    + " process, by the cost of a hit, which is measured on this machine at the start."
        },
        footer = {
            "",
            "Examples:",
            "  goroscope funclatency -p 4242 'main.(*Server).handle'   one function of one process",
            "  goroscope funclatency -u -F './server:main.*'           a histogram each, in microseconds",
            "  goroscope funclatency -i 1 -d 10 './server:main.*'      each second for ten seconds",
            "  goroscope funclatency --callers './server:main.*'       who called whom, and for how long",
            "  goroscope funclatency --slow 10ms './server:main.*'     every call slower than 10 ms",
            "  goroscope funclatency -c './hello 12' './hello:main.*'  a command, from its first call on",
            "",
            "Ends with 0; with 2 and one line on stderr where something is wrong."
        })
final class FuncLatencyCommand implements Callable<Integer> {

    private static final Duration COUNTS_EVERY = Duration.ofMillis(100);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    @Mixin
    private TargetOptions target;

    @Mixin
    private RunOptions run;

    @Option(
            names = {"-u", "--microseconds"},
            description = "Histogram in microseconds.")
    private boolean microseconds;

    @Option(
            names = {"-m", "--milliseconds"},
            description = "Histogram in milliseconds.")
    private boolean milliseconds;

    @Option(
            names = {"-F", "--functions"},
            description = "A histogram for each function.")
    private boolean each;

    @Option(names = "--callers", description = "Print which traced function called which, and for how long.")
    private boolean callers;

    @Option(
            names = "--slow",
            paramLabel = "DURATION",
            description = "Print each call that took at least so long: 500us, 10ms, 2s.")
    private String slow;

    private FunctionNames names;
    private ProbedPlaces places;
    private long printedNs;

    @Override
    public Integer call() {
        run.check();
        if (microseconds && milliseconds) {
            throw new UserException("-u and -m exclude each other");
        }
        Unit unit = milliseconds ? Unit.MSECS : microseconds ? Unit.USECS : Unit.NSECS;
        long slowNs = slow == null ? Long.MAX_VALUE : Durations.parseNs("--slow", slow);
        Calibration calibration = Calibration.start();
        TraceTarget resolved = target.resolve(true);
        names = new FunctionNames(resolved.plans());
        places = new ProbedPlaces(resolved.plans(), true);
        LatencySink sink = new LatencySink(unit, (function, caller, durationNs, timeNs, goid) -> {
            if (durationNs >= slowNs) {
                printSlow(function, caller, durationNs, timeNs, goid);
            }
        });
        LatencyReport report = new LatencyReport(names, unit, each, callers);
        try (Tracing tracing = Tracing.start(resolved, target, SessionOptions.pairs(), COUNTS_EVERY, sink)) {
            tracing.announce("Timing");
            if (slow != null && !run.json()) {
                System.out.printf(
                        Locale.ROOT, "%-15s %8s %12s  %s%n", "TIME", "GOID", "DURATION", "FUNCTION <- CALLER");
            }
            run.run(tracing::hasEnded, () -> print(report, sink, tracing, calibration));
            long endNs = tracing.elapsedNs();
            tracing.finish();
            print(report, sink, tracing, calibration, endNs);
        }
        return 0;
    }

    private void print(LatencyReport report, LatencySink sink, Tracing tracing, Calibration calibration) {
        print(report, sink, tracing, calibration, tracing.elapsedNs());
    }

    /** @param elapsedNs since the start; what was printed before is in none of the figures */
    private void print(
            LatencyReport report, LatencySink sink, Tracing tracing, Calibration calibration, long elapsedNs) {
        LatencySink.Snapshot snapshot = sink.take();
        List<LatencyReport.Row> rows = report.rows(snapshot);
        Map<Integer, Long> calls = new HashMap<>();
        rows.forEach(row -> calls.put(row.function(), row.calls()));
        RunCost cost = new RunCost(
                tracing.probes(),
                places.hits(calls, snapshot.cheap(), snapshot.returns()),
                elapsedNs - printedNs,
                calibration.cost());
        printedNs = elapsedNs;
        long lost = tracing.status().lost();
        if (run.json()) {
            System.out.println(report.json(rows, snapshot.edges(), cost, elapsedNs, lost));
        } else {
            System.out.print(report.text(rows, snapshot.edges(), cost, lost));
        }
        System.out.flush();
    }

    private void printSlow(int function, int caller, long durationNs, long timeNs, long goid) {
        String time = TIME.format(Instant.ofEpochSecond(0, timeNs));
        String from = caller == CallSink.NO_CALLER ? "" : " <- " + names.of(caller);
        (run.json() ? System.err : System.out)
                .printf(
                        Locale.ROOT,
                        "%-15s %8d %12s  %s%s%n",
                        time,
                        goid,
                        Durations.format(durationNs),
                        names.of(function),
                        from);
    }
}
