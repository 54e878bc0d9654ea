package io.goroscope.cli.trace;

import io.goroscope.cli.ProcessOptions;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.capture.CapturePlan;
import io.goroscope.collector.kernel.CaptureOp;
import io.goroscope.collector.spec.Expression;
import io.goroscope.collector.spec.SpecParser;
import io.goroscope.collector.spec.TraceSpec;
import io.goroscope.schemas.UserException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints calls one by one, with their arguments and results. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = {
            "Prints each call of functions with arguments, results and duration, until Ctrl-C.",
            "SPEC is BINARY:FUNCTION, then as you like: a filter in parentheses, which the kernel evaluates; a format in"
                    + " double quotes; and what it prints: goarg1, ret1, names, fields (req.URL.Path), s[0:8], len(s)."
                    + " Verbs: %%d %%u %%x %%s %%v %%T %%p %%f %%t."
        },
        footer = {
            "",
            "Examples:",
            "  goroscope trace './server:main.add'                          arguments and results by name",
            "  goroscope trace './server:main.add \"%%d %%d\" goarg1, goarg2'   two arguments of every call",
            "  goroscope trace -p 4242 'main.handle (len(path) > 20) \"%%s\" path'",
            "  goroscope trace -U -M 10 './server:main.open (ret2 != nil)'  ten failures, and who called",
            "  goroscope trace --hist 'len(b)' './server:main.(*conn).write'"
        })
public final class TraceCommand implements Callable<Integer> {

    @Parameters(paramLabel = "SPEC", arity = "1..*", description = "What to trace; quote it.")
    private List<String> specs;

    @Mixin
    private ProcessOptions process;

    @Option(
            names = {"-M", "--max-events"},
            paramLabel = "N",
            description = "End after N lines.")
    private long mostEvents = Long.MAX_VALUE;

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "SECONDS",
            description = "End after so many seconds.")
    private double durationS;

    @Option(
            names = {"-t", "--timestamp"},
            description = "Print seconds since the start instead of the time of day.")
    private boolean sinceStart;

    @Option(
            names = {"-i", "--sample"},
            paramLabel = "N",
            defaultValue = "1",
            description = "Take one goroutine in N, with all of its calls.")
    private int sample;

    @Option(
            names = {"-U", "--user-stack"},
            description = "Print the callers.")
    private boolean stacks;

    @Option(
            names = "--max-bytes",
            paramLabel = "N",
            defaultValue = "256",
            description = "Cut strings and slices after N bytes (at most 2048; default 256).")
    private int mostBytes;

    @Option(
            names = "--depth",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many pointers are followed (default 2).")
    private int reach;

    @Option(names = "--hist", paramLabel = "VALUE", description = "Count a number in powers of two, in the kernel.")
    private String histogram;

    @Option(
            names = "--count",
            paramLabel = "VALUE",
            description = "Count each value of a number or text, in the kernel.")
    private String tally;

    @Option(names = "--json", description = "Print one JSON object a line on stdout; all else goes to stderr.")
    private boolean json;

    @Override
    public Integer call() {
        check();
        List<TraceSpec> parsed = specs.stream().map(SpecParser::parse).toList();
        String counted = histogram != null ? histogram : tally;
        Expression aggregate = counted == null ? null : SpecParser.parseValue(counted);
        List<TraceTarget> targets = parsed.stream()
                .map(spec -> process.resolveValues(spec.target()))
                .toList();
        CapturePlan.Extent extent =
                new CapturePlan.Extent(mostBytes, reach, stacks && aggregate == null, aggregate, histogram != null);
        try (CapturePlan plan = CapturePlan.of(parsed, targets, extent)) {
            TraceRun.Settings settings = new TraceRun.Settings(
                    json, sinceStart, mostEvents, durationS, sample, mostBytes, reach, counted, histogram != null);
            new TraceRun(plan, process, settings).run();
        }
        return 0;
    }

    private void check() {
        if (mostBytes < 1 || mostBytes > CaptureOp.MOST_BYTES) {
            throw new UserException("--max-bytes " + mostBytes + ": it is from 1 to " + CaptureOp.MOST_BYTES);
        }
        if (reach < 0 || reach > 8) {
            throw new UserException("--depth " + reach + ": it is from 0 to 8");
        }
        if (sample < 1) {
            throw new UserException("-i " + sample + ": one goroutine in N is taken, N from 1");
        }
        if (mostEvents < 1 || durationS < 0) {
            throw new UserException("-M and -d take numbers above 0");
        }
        if (histogram != null && tally != null) {
            throw new UserException("--hist and --count exclude each other");
        }
    }
}
