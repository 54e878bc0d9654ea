package io.goroscope.cli.trace;

import io.goroscope.cli.CommandWords;
import io.goroscope.cli.Interruption;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.capture.CapturePlan;
import io.goroscope.collector.kernel.CaptureOp;
import io.goroscope.collector.kernel.CaptureOptions;
import io.goroscope.collector.kernel.CaptureSession;
import io.goroscope.collector.kernel.CaptureStatistic;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.collector.process.StoppedCommand;
import io.goroscope.collector.spec.Expression;
import io.goroscope.collector.spec.SpecParser;
import io.goroscope.collector.spec.TraceSpec;
import io.goroscope.schemas.UserException;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
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

    private static final int POLL_LIMIT = 1 << 14;
    private static final long IDLE_MS = 5;
    private static final int MOST_FRAMES = 64;
    private static final long STATUS_EVERY_NS = 5_000_000_000L;

    @Parameters(paramLabel = "SPEC", arity = "1..*", description = "What to trace; quote it.")
    private List<String> specs;

    @Option(
            names = {"-p", "--pid"},
            paramLabel = "PID",
            description = "Trace this process only; then BINARY: may be left out.")
    private int pid;

    @Option(
            names = {"-c", "--command"},
            paramLabel = "CMD",
            description = "Start this command, attached before its first instruction, and end with it.")
    private String command;

    @Option(
            names = {"-r", "--regex"},
            description = "FUNCTION is a regular expression.")
    private boolean regularExpressions;

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

    @Option(names = "--costly", description = "Take functions too whose probe the kernel has to single-step.")
    private boolean costly;

    @Option(names = "--json", description = "Print one JSON object a line on stdout; all else goes to stderr.")
    private boolean json;

    private long printed;
    private CapturePlan plan;

    @Override
    public Integer call() {
        check();
        List<TraceSpec> parsed = specs.stream().map(SpecParser::parse).toList();
        Expression aggregate = histogram != null
                ? SpecParser.parseValue(histogram)
                : tally != null ? SpecParser.parseValue(tally) : null;
        List<TraceTarget> targets = parsed.stream().map(this::resolve).toList();
        CapturePlan.Extent extent =
                new CapturePlan.Extent(mostBytes, reach, stacks && aggregate == null, aggregate, histogram != null);
        try (CapturePlan planned = CapturePlan.of(parsed, targets, extent)) {
            plan = planned;
            run(aggregate != null);
        }
        return 0;
    }

    private void check() {
        if (pid != 0 && command != null) {
            throw new UserException("-p and -c exclude each other: trace a process that runs, or start a command");
        }
        if (pid < 0) {
            throw new UserException("-p " + pid + " is no process id");
        }
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

    private TraceTarget resolve(TraceSpec spec) {
        Path executable = command == null ? null : CommandWords.executable(CommandWords.split(command));
        PlanOptions options = new PlanOptions(costly, true, false, true);
        return TraceTarget.resolve(
                new TraceTarget.Request(List.of(spec.target()), pid, executable, regularExpressions, options));
    }

    private void run(boolean aggregates) {
        StoppedCommand started = command == null ? null : StoppedCommand.start(CommandWords.split(command), json);
        try {
            Set<Integer> pids = started != null ? Set.of(started.pid()) : pid != 0 ? Set.of(pid) : Set.of();
            CaptureOptions options = new CaptureOptions(
                    pids, started != null, sample, mostBytes, reach, MOST_FRAMES, plan.texts(), plan.layout());
            try (CaptureSession session = CaptureSession.open(plan.images(), plan.probes(), options)) {
                announce(session);
                if (started != null) {
                    started.resume();
                }
                if (aggregates) {
                    await(started, session, null);
                    session.detach();
                    new AggregateReport(plan, json)
                            .print(session, histogram != null, histogram != null ? histogram : tally);
                } else {
                    print(started, session);
                }
                warn(session);
            }
        } finally {
            if (started != null) {
                started.close();
            }
        }
    }

    private void announce(CaptureSession session) {
        long functions =
                plan.probes().stream().mapToInt(p -> p.partner()).distinct().count();
        System.err.printf(
                "Tracing %d function%s at %d places (attached in %d ms)... Hit Ctrl-C to end.%n",
                functions, functions == 1 ? "" : "s", plan.probes().size(), session.attachNs() / 1_000_000);
    }

    private void print(StoppedCommand started, CaptureSession session) {
        PrintStream out = new PrintStream(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
                false,
                StandardCharsets.UTF_8);
        Instant now = Instant.now();
        long startNs = System.nanoTime();
        long offset = now.getEpochSecond() * 1_000_000_000L + now.getNano() - startNs;
        TraceOutput output = json ? new TraceJson(out, offset) : new TraceText(out, sinceStart, offset, startNs);
        output.begin();
        out.flush();
        EventAssembler assembler = new EventAssembler(plan, new OpenCalls());
        await(started, session, () -> poll(session, assembler, output, out));
        session.detach();
        while (poll(session, assembler, output, out) > 0) {
            // what was in the ring when the last probe went
        }
        out.flush();
    }

    private interface Poller {
        int poll();
    }

    private int poll(CaptureSession session, EventAssembler assembler, TraceOutput output, PrintStream out) {
        int count = session.poll(
                record -> assembler.event(record).ifPresent(event -> {
                    if (printed < mostEvents) {
                        output.print(event);
                        printed++;
                    }
                }),
                POLL_LIMIT);
        if (count > 0) {
            out.flush();
        }
        return count;
    }

    private void await(StoppedCommand started, CaptureSession session, Poller poller) {
        long start = System.nanoTime();
        long end = durationS > 0 ? start + (long) (durationS * 1e9) : Long.MAX_VALUE;
        long nextStatus = start + STATUS_EVERY_NS;
        while (printed < mostEvents && !hasEnded(started)) {
            long now = System.nanoTime();
            if (now >= end) {
                return;
            }
            if (now >= nextStatus && poller == null) {
                System.err.printf("%d calls...%n", session.statistic(CaptureStatistic.HITS));
                nextStatus = now + STATUS_EVERY_NS;
            }
            int count = poller == null ? 0 : poller.poll();
            if (count < POLL_LIMIT && Interruption.await(count > 0 ? 1 : IDLE_MS, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    private boolean hasEnded(StoppedCommand started) {
        if (started != null) {
            return started.hasEnded();
        }
        return pid != 0 && !Files.exists(Path.of("/proc/" + pid));
    }

    private void warn(CaptureSession session) {
        List<String> notes = new ArrayList<>();
        long lost = session.statistic(CaptureStatistic.LOST);
        if (lost > 0) {
            notes.add(lost + " events were lost: too many came at once; filter them, or sample with -i");
        }
        long full = session.statistic(CaptureStatistic.TALLIES_FULL);
        if (full > 0) {
            notes.add(full + " values found no room in the table");
        }
        if (session.lacksVectors(plan.probes())) {
            notes.add(
                    "floating-point values in vector registers are <xmm>: reading them takes Linux 6.6 and the right to"
                            + " give threads real-time priority (CAP_SYS_NICE)");
        }
        notes.forEach(note -> System.err.println("goroscope: " + note));
    }
}
