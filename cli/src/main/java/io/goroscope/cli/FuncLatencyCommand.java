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
import java.util.Locale;
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
            "A call that a panic or Goexit ends is counted as abandoned, one that was open before as unmatched; neither"
                    + " is in the histogram."
        },
        footer = {
            "",
            "Examples:",
            "  goroscope funclatency -p 4242 'main.(*Server).handle'   one function of one process",
            "  goroscope funclatency -u -F './server:main.*'           a histogram each, in microseconds",
            "  goroscope funclatency --callers './server:main.*'       who called whom, and for how long",
            "  goroscope funclatency --slow 10ms './server:main.*'     every call slower than 10 ms"
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

    @Override
    public Integer call() {
        run.check();
        if (microseconds && milliseconds) {
            throw new UserException("-u and -m exclude each other");
        }
        Unit unit = milliseconds ? Unit.MSECS : microseconds ? Unit.USECS : Unit.NSECS;
        long slowNs = slow == null ? Long.MAX_VALUE : Durations.parseNs("--slow", slow);
        TraceTarget resolved = target.resolve(true);
        names = new FunctionNames(resolved.plans());
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
            run.run(tracing::hasEnded, () -> print(report, sink, tracing));
            tracing.finish();
            print(report, sink, tracing);
        }
        return 0;
    }

    private void print(LatencyReport report, LatencySink sink, Tracing tracing) {
        LatencySink.Snapshot snapshot = sink.take();
        if (run.json()) {
            System.out.println(
                    report.json(snapshot, tracing.elapsedNs(), tracing.status().lost()));
        } else {
            System.out.print(report.text(snapshot, tracing.status().lost()));
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
