package io.goroscope.e2e;

import io.goroscope.collector.Collector;
import io.goroscope.collector.CollectorConfig;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.kernel.Statistic;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.testbed.Comparison;
import io.goroscope.testbed.Observed;
import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One run of a program through the collector, its batches and the pairing, as the terminal commands have it.
 *
 * @param truth what the program says
 * @param sink what was paired
 * @param comparison of both, call for call
 * @param lost events
 * @param outermostFull goroutines whose open frames the kernel kept no account of
 * @param exitCode of the program
 */
record CollectedRun(Truth truth, PairingSink sink, Comparison comparison, long lost, long outermostFull, int exitCode) {

    /** The functions whose calls the program remembers. */
    static final Set<String> LOGGED = Set.of("main.logged", "main.spin", "main.sleep");

    private static final SessionOptions OPTIONS = SessionOptions.pairs().withRingBytes(128 << 20);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /**
     * Attaches, lets the program run, and waits for its end.
     *
     * @param specs what to trace; the program's own functions first
     * @param limit for the run
     * @param look called each second, with the time since the start
     */
    static CollectedRun of(
            TestProgram program, List<String> specs, Duration limit, Consumer<Duration> look, String... flags) {
        TraceTarget target = target(specs);
        PairingSink sink = new PairingSink(logged(target));
        try (RunningProgram running = program.start(flags)) {
            int pid = (int) running.pid();
            ProbeSession session = ProbeSession.open(target.plans(), OPTIONS.withProcesses(Set.of(pid)));
            Truth truth;
            long outermostFull;
            int exitCode;
            Collector collector = collect(session, target, pid, sink);
            try (collector) {
                running.release();
                truth = await(CompletableFuture.supplyAsync(() -> running.truth(limit)), limit, look);
                outermostFull = session.statistic(Statistic.OUTERMOST_FULL);
                exitCode = running.finish();
                while (collector.status().processes() > 0 && collector.failure() == null) {
                    Thread.onSpinWait();
                }
            }
            if (collector.failure() != null) {
                throw collector.failure();
            }
            return new CollectedRun(
                    truth,
                    sink,
                    compare(target, sink, truth),
                    collector.status().lost(),
                    outermostFull,
                    exitCode);
        }
    }

    static TraceTarget target(List<String> specs) {
        return TraceTarget.resolve(new TraceTarget.Request(specs, 0, null, false, PlanOptions.TIMING));
    }

    static Collector collect(ProbeSession session, TraceTarget target, int pid, PairingSink sink) {
        CollectorConfig config = CollectorConfig.defaults().withLanes(1);
        return Collector.start(session, target.plans(), List.of(pid), config, sink);
    }

    /** The functions that the program remembers, by their ids. */
    static Map<Integer, String> logged(TraceTarget target) {
        Map<Integer, String> logged = new HashMap<>();
        for (FunctionPlan.Probeable function : target.probeable()) {
            if (LOGGED.contains(function.function().name())) {
                logged.put(function.function().index(), function.function().name());
            }
        }
        return logged;
    }

    private static Truth await(CompletableFuture<Truth> told, Duration limit, Consumer<Duration> look) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < limit.toNanos()) {
            try {
                return told.get(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                look.accept(Duration.ofNanos(System.nanoTime() - start));
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException("the program told no truth", e);
            }
        }
        throw new IllegalStateException("the program did not end within " + limit);
    }

    private static Comparison compare(TraceTarget target, PairingSink sink, Truth truth) {
        List<Map.Entry<String, Observed>> observed = new ArrayList<>();
        Set<String> refused = new HashSet<>();
        for (FunctionPlan plan : target.plans().get(0).functions()) {
            int index = plan.function().index();
            if (plan instanceof FunctionPlan.Probeable) {
                long calls = sink.calls.getOrDefault(index, 0L);
                observed.add(Map.entry(plan.function().name(), sink.tally.observed(index, calls)));
            } else {
                refused.add(plan.function().name());
            }
        }
        return Comparison.of(truth, observed, refused);
    }
}
