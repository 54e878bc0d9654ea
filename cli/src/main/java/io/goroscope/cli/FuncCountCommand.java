package io.goroscope.cli;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.schemas.UserException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Counts calls in the kernel. */
@Command(
        name = "funccount",
        mixinStandardHelpOptions = true,
        description = {
            "Counts the calls of functions, exactly, until Ctrl-C.",
            "The counting happens in the kernel, without a system call or an event for each call. A function that the"
                    + " stack's growth starts anew is counted once; copies of a function that the compiler put into others"
                    + " are no calls, and 'goroscope list' shows how many there are."
        },
        footer = {
            "",
            "On a terminal the most called functions are shown while it counts, and everything at the end. With -i, or into"
                    + " a pipe, plain tables are printed. A line on stderr says what the probes have cost the program so far.",
            "",
            "With -U the stacks are walked by frame pointers, which gc always keeps; of gccgo's code the caller alone is known.",
            "",
            "Exit status: 0, or 2 with one line on stderr about what is wrong.",
            "",
            "Examples:",
            "  goroscope funccount './server:main.*'             every process that runs ./server",
            "  goroscope funccount -p 4242 -i 1 'net/http.*'     one process, a table each second",
            "  goroscope funccount -c './hello' './hello:fmt.*'  a command, from its first instruction on",
            "  goroscope funccount 'go:fmt.*'                    every process that runs gccgo's libgo",
            "  goroscope funccount -U -d 5 -p 4242 os.ReadFile   who calls it",
            "  goroscope funccount --all -p 4242 '*'             everything, the runtime's hottest too"
        })
final class FuncCountCommand implements Callable<Integer> {

    /** Often enough that a table is no older than a reader can see, and seldom enough to cost nothing. */
    private static final Duration COUNTS_EVERY = Duration.ofMillis(100);

    private static final double REFRESH_S = 1;

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
    private CallCounts.SortKey sort;

    @Option(
            names = {"-n", "--top"},
            paramLabel = "N",
            description =
                    "Print only the N most called functions (default: all; on a terminal, what fits while it counts).")
    private int top;

    @Option(
            names = {"-U", "--user-stacks"},
            description = "Count by user stack as well: the ways by which each function is called.")
    private boolean userStacks;

    @Option(
            names = "--max-stacks",
            paramLabel = "N",
            defaultValue = "16384",
            description = "With -U: room for so many different stacks, 1 KB each (default: ${DEFAULT-VALUE}).")
    private int mostStacks;

    @Override
    public Integer call() {
        check();
        TraceTarget resolved = target.resolve(false);
        CountsSink counts = new CountsSink();
        SessionOptions options = SessionOptions.count().withStacks(userStacks ? mostStacks : 0);
        try (Tracing tracing = Tracing.start(resolved, target, options, COUNTS_EVERY, counts);
                CountReport report = new CountReport(tracing, resolved, counts, sort, top)) {
            tracing.announce("Counting");
            if (showsLive()) {
                try (CountScreen screen = new CountScreen(report)) {
                    run.run(tracing::hasEnded, screen::draw, REFRESH_S);
                }
            } else {
                run.run(() -> report.warn(tracing.hasEnded()), () -> print(report));
            }
            tracing.finish();
            print(report);
        }
        return 0;
    }

    private void check() {
        run.check();
        if (top < 0) {
            throw new UserException("-n " + top + " is no number of functions: write 1 or more");
        }
        if (mostStacks < 1 || mostStacks > SessionOptions.LARGEST_STACKS) {
            throw new UserException(
                    "--max-stacks " + mostStacks + ": write a number from 1 to " + SessionOptions.LARGEST_STACKS);
        }
    }

    /** A command writes to the same terminal, and would be overwritten. */
    private boolean showsLive() {
        return !run.json() && !run.hasInterval() && !target.hasCommand() && TextTerminal.isStandardOutput();
    }

    private void print(CountReport report) {
        List<CallCounts.Row> rows = report.takeRows();
        List<StackRow> stacks = userStacks ? report.takeStacks() : List.of();
        if (run.json()) {
            report.printJson(rows, stacks, userStacks);
        } else {
            report.printTable(rows, stacks, timestamp);
        }
        report.sayCost();
    }
}
