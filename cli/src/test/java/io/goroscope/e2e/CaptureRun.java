package io.goroscope.e2e;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.capture.CapturePlan;
import io.goroscope.collector.capture.TracedFunction;
import io.goroscope.collector.kernel.CaptureOptions;
import io.goroscope.collector.kernel.CaptureRecord;
import io.goroscope.collector.kernel.CaptureSession;
import io.goroscope.collector.kernel.CaptureStatistic;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.collector.spec.SpecParser;
import io.goroscope.collector.spec.TraceSpec;
import io.goroscope.collector.value.ValueText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * What a capture session saw of a program, without the command around it.
 *
 * @param calls each record as text: the function and its values
 * @param hits of the probes
 * @param sent records that reached user space
 * @param rejected hits that the filter dropped
 */
record CaptureRun(List<String> calls, long hits, long sent, long rejected, long lost) {

    private static final int LIMIT = 1 << 14;
    private static final long IDLE_NS = 1_000_000;

    /** What the traced program is to do while the session looks on. */
    @FunctionalInterface
    interface Work {
        /** True once it is done. */
        boolean isDone();
    }

    /** Runs a program that waits for the end of its stdin. */
    static CaptureRun of(Path binary, List<String> specs) throws IOException {
        Process program = new ProcessBuilder(binary.toString(), "1", "wait")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return of(binary, (int) program.pid(), specs, () -> {
                try {
                    program.getOutputStream().close();
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot close the program's stdin", e);
                }
                return !program.isAlive();
            });
        } finally {
            program.destroyForcibly();
        }
    }

    /** Looks on while a process works. */
    static CaptureRun of(Path binary, int pid, List<String> specs, Work work) {
        List<TraceSpec> parsed = specs.stream()
                .map(spec -> SpecParser.parse(binary + ":" + spec))
                .toList();
        List<TraceTarget> targets = parsed.stream()
                .map(spec -> TraceTarget.resolve(new TraceTarget.Request(
                        List.of(spec.target()), 0, binary, false, new PlanOptions(true, true, false, true))))
                .toList();
        List<String> calls = new ArrayList<>();
        try (CapturePlan plan = CapturePlan.of(parsed, targets, new CapturePlan.Extent(256, 2, false, null, false));
                CaptureSession session = CaptureSession.open(
                        plan.images(),
                        plan.probes(),
                        new CaptureOptions(Set.of(pid), false, 1, 256, 2, 1, plan.texts(), plan.layout()))) {
            while (!work.isDone()) {
                if (session.poll(record -> calls.add(text(plan, record)), LIMIT) == 0) {
                    LockSupport.parkNanos(IDLE_NS);
                }
            }
            session.detach();
            session.poll(record -> calls.add(text(plan, record)), Integer.MAX_VALUE);
            return new CaptureRun(
                    calls,
                    session.statistic(CaptureStatistic.HITS),
                    session.statistic(CaptureStatistic.SENT),
                    session.statistic(CaptureStatistic.REJECTED),
                    session.statistic(CaptureStatistic.LOST));
        }
    }

    private static String text(CapturePlan plan, CaptureRecord record) {
        TracedFunction function = plan.function(record.probe());
        boolean entry = plan.isEntry(record.probe());
        return function.name()
                + (entry ? " " : " = ")
                + (entry ? function.arguments(record) : function.results(record))
                        .stream().map(item -> ValueText.of(item.value())).collect(Collectors.joining(", "));
    }
}
