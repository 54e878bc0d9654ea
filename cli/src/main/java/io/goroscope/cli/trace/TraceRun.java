package io.goroscope.cli.trace;

import io.goroscope.cli.Interruption;
import io.goroscope.cli.LacksVectors;
import io.goroscope.cli.ProcessOptions;
import io.goroscope.collector.call.CallAssembler;
import io.goroscope.collector.capture.CapturePlan;
import io.goroscope.collector.kernel.CaptureOptions;
import io.goroscope.collector.kernel.CaptureRecord;
import io.goroscope.collector.kernel.CaptureSession;
import io.goroscope.collector.kernel.CaptureStatistic;
import io.goroscope.collector.process.StoppedCommand;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One run of {@code trace}: attaches, prints what comes, and ends with the process, after so much, or at Ctrl-C. */
final class TraceRun {

    private static final int POLL_LIMIT = 1 << 14;
    private static final long IDLE_MS = 5;
    private static final int MOST_FRAMES = 64;
    private static final long STATUS_EVERY_NS = 5_000_000_000L;

    /**
     * What the user chose.
     *
     * @param sinceStart seconds since the start instead of the time of day
     * @param mostEvents lines to end after
     * @param durationS seconds to end after; 0 for no end
     * @param sample one goroutine in so many is taken
     * @param mostBytes of a string or slice
     * @param reach how many pointers are followed
     * @param counted the value that is counted in the kernel instead of printing, or null
     * @param histogram whether by powers of two
     */
    record Settings(
            boolean json,
            boolean sinceStart,
            long mostEvents,
            double durationS,
            int sample,
            int mostBytes,
            int reach,
            String counted,
            boolean histogram) {}

    private final CapturePlan plan;
    private final ProcessOptions process;
    private final Settings settings;

    /** Before the first probe is attached, so that no event comes before it. */
    private final long startNs = System.nanoTime();

    private long printed;

    TraceRun(CapturePlan plan, ProcessOptions process, Settings settings) {
        this.plan = plan;
        this.process = process;
        this.settings = settings;
    }

    /** Runs to the end. */
    void run() {
        StoppedCommand started =
                process.hasCommand() ? StoppedCommand.start(process.commandWords(), settings.json()) : null;
        int pid = started != null ? started.pid() : process.pid();
        try {
            CaptureOptions options = new CaptureOptions(
                    pid == 0 ? Set.of() : Set.of(pid),
                    started != null,
                    settings.sample(),
                    settings.mostBytes(),
                    settings.reach(),
                    MOST_FRAMES,
                    plan.texts(),
                    plan.layout());
            try (CaptureSession session = CaptureSession.open(plan.images(), plan.probes(), options)) {
                announce(session);
                if (started != null) {
                    started.resume();
                }
                if (settings.counted() != null) {
                    await(started, session, null);
                    session.detach();
                    new AggregateReport(plan, settings.json()).print(session, settings.histogram(), settings.counted());
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
        PrintStream out = TraceOutput.stdout();
        Instant now = Instant.now();
        long offset = now.getEpochSecond() * 1_000_000_000L + now.getNano() - System.nanoTime();
        TraceOutput output =
                settings.json() ? new TraceJson(out) : new TraceText(out, settings.sinceStart(), startNs + offset);
        output.begin();
        out.flush();
        CallAssembler assembler = new CallAssembler(plan);
        Consumer<CaptureRecord> printer = record -> assembler.call(record).ifPresent(call -> {
            if (printed < settings.mostEvents()) {
                output.print(call, offset);
                printed++;
            }
        });
        await(started, session, () -> poll(session, printer, out));
        session.detach();
        while (poll(session, printer, out) > 0) {
            // what was in the ring when the last probe went
        }
        out.flush();
    }

    private interface Poller {
        int poll();
    }

    private static int poll(CaptureSession session, Consumer<CaptureRecord> printer, PrintStream out) {
        int count = session.poll(printer, POLL_LIMIT);
        if (count > 0) {
            out.flush();
        }
        return count;
    }

    private void await(StoppedCommand started, CaptureSession session, Poller poller) {
        long start = System.nanoTime();
        long end = settings.durationS() > 0 ? start + (long) (settings.durationS() * 1e9) : Long.MAX_VALUE;
        long nextStatus = start + STATUS_EVERY_NS;
        while (printed < settings.mostEvents() && !hasEnded(started)) {
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
        return process.pid() != 0 && !Files.exists(Path.of("/proc/" + process.pid()));
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
            notes.add(LacksVectors.TEXT);
        }
        notes.forEach(note -> System.err.println("goroscope: " + note));
    }
}
