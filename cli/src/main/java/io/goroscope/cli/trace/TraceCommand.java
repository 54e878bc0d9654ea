package io.goroscope.cli.trace;

import io.goroscope.cli.CaptureLimits;
import io.goroscope.cli.ProcessOptions;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.call.CapturedCall;
import io.goroscope.collector.capture.CapturePlan;
import io.goroscope.collector.plan.FunctionPatterns;
import io.goroscope.collector.spec.Expression;
import io.goroscope.collector.spec.SpecParser;
import io.goroscope.collector.spec.TraceSpec;
import io.goroscope.schemas.UserException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
            "  goroscope trace --hist 'len(b)' './server:main.(*conn).write'",
            "  goroscope trace -b kafka:9092 --from-topic goroscope.events  what goroscope collect --args sends"
        })
public final class TraceCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "SPEC", arity = "0..*", description = "What to trace; quote it.")
    private List<String> specs = List.of();

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

    @Mixin
    private CaptureLimits limits;

    @Mixin
    private RecordedSource recorded;

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
        if (recorded.isGiven()) {
            new RecordedRun(recorded, wanted(), settings(null)).run();
            return 0;
        }
        if (specs.isEmpty()) {
            throw new ParameterException(command.commandLine(), "Missing required parameter: 'SPEC'");
        }
        List<TraceSpec> parsed = specs.stream().map(SpecParser::parse).toList();
        String counted = histogram != null ? histogram : tally;
        Expression aggregate = counted == null ? null : SpecParser.parseValue(counted);
        List<TraceTarget> targets = parsed.stream()
                .map(spec -> process.resolveValues(spec.target()))
                .toList();
        CapturePlan.Extent extent = new CapturePlan.Extent(
                limits.mostBytes(), limits.reach(), stacks && aggregate == null, aggregate, histogram != null);
        try (CapturePlan plan = CapturePlan.of(parsed, targets, extent)) {
            new TraceRun(plan, process, settings(counted)).run();
        }
        return 0;
    }

    private TraceRun.Settings settings(String counted) {
        return new TraceRun.Settings(
                json,
                sinceStart,
                mostEvents,
                durationS,
                sample,
                limits.mostBytes(),
                limits.reach(),
                counted,
                histogram != null);
    }

    /** Which of the recorded calls: those of functions that are named, and of one process. */
    private Predicate<CapturedCall> wanted() {
        for (String text : specs) {
            TraceSpec spec = SpecParser.parse(text);
            if (!spec.printsEverything() || spec.filter() != null) {
                throw new UserException("'" + text
                        + "': recorded calls are printed as they were asked for; name the function" + " alone");
            }
        }
        int pid = process.pid();
        FunctionPatterns patterns = specs.isEmpty() ? null : process.patterns(specs);
        return call -> (pid == 0 || call.pid() == pid) && (patterns == null || patterns.matches(call.function()));
    }

    private void check() {
        limits.check();
        recorded.check();
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
