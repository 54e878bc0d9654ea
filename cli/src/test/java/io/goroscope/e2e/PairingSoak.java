package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.Collector;
import io.goroscope.collector.CollectorConfig;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.kernel.Statistic;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.testbed.Comparison;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Observed;
import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Many goroutines that do at random all that Go can do to a stack, through the collector and its batches, for as long as
 * one likes; then every function's calls against the program's own counts, and every remembered call against its pair.
 *
 * <p>In a virtual machine, where the kernel single-steps each {@code ret} for some 20 µs, pairs stop at 15 to 20 thousand
 * a second. So a good part of the events are entries of calls that a panic unwinds: those cost little, and they are what
 * a pairing gets wrong most easily.
 */
final class PairingSoak {

    /** The functions whose calls the program remembers. */
    private static final Set<String> LOGGED = Set.of("main.logged", "main.spin", "main.sleep");

    private static final SessionOptions OPTIONS = SessionOptions.pairs().withRingBytes(128 << 20);
    private static final Duration SAMPLE_EVERY = Duration.ofSeconds(2);
    private static final long MIB = 1 << 20;

    private final Duration duration;
    private final int goroutines;
    private final long seed;
    private final List<Long> heapMib = new ArrayList<>();

    PairingSoak(Duration duration, int goroutines, long seed) {
        this.duration = duration;
        this.goroutines = goroutines;
        this.seed = seed;
    }

    /**
     * What came of it.
     *
     * @param heapMib used after a collection, at the start of the last four fifths and at the end
     * @param differences from the program's counts
     * @param wrong remembered calls whose pair is missing or another's
     * @param compared remembered calls
     */
    record Result(
            long seed,
            Duration duration,
            int goroutines,
            long events,
            long calls,
            long paired,
            long panic,
            long goexit,
            long lost,
            long outermostFull,
            List<Long> heapMib,
            List<String> differences,
            List<Truth.Call> wrong,
            long compared,
            Truth truth,
            int exitCode) {

        /** One row of a Markdown table, with its head. */
        List<String> table() {
            return List.of(
                    "| seed | s | goroutines | events | calls | paired | unwound by panic | by Goexit | lost |"
                            + " remembered calls compared | wrong | stacks moved | thread changes | heap, MiB |",
                    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
                    String.format(
                            Locale.ROOT,
                            "| %d | %d | %,d | %,d | %,d | %,d | %,d | %,d | %d | %,d | %d | %,d | %,d | %s |",
                            seed,
                            duration.toSeconds(),
                            goroutines,
                            events,
                            calls,
                            paired,
                            panic,
                            goexit,
                            lost,
                            compared,
                            wrong.size(),
                            truth.stackMoves(),
                            truth.migrations(),
                            heapMib));
        }

        void writeTo(Path file) {
            try {
                Files.write(file, table());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + file, e);
            }
        }

        void check() {
            assertThat(lost).isZero();
            assertThat(differences).isEmpty();
            assertThat(wrong).isEmpty();
            assertThat(compared).isPositive();
            assertThat(outermostFull).isZero();
            assertThat(truth.stackMoves()).isPositive();
            assertThat(truth.migrations()).isPositive();
            assertThat(exitCode).isZero();
        }
    }

    Result run() {
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.CGO);
        System.out.printf("soak: seed %d, %d s, %d goroutines%n", seed, duration.toSeconds(), goroutines);
        TraceTarget target = TraceTarget.resolve(new TraceTarget.Request(
                List.of(program.pattern(), program.binary() + ":runtime.sig*"), 0, null, false, PlanOptions.TIMING));
        PairingSink sink = new PairingSink(logged(target));
        try (RunningProgram running = program.start(
                "-goroutines=" + goroutines,
                "-rounds=0",
                "-duration=" + duration.toSeconds() + "s",
                "-seed=" + seed,
                "-signal-hz=1000",
                "-stack-kb=1024",
                "-panic-kb=64",
                "-workloads=+goexitpanic,+timed,+children,+unwind,+unwind,+unwind")) {
            int pid = (int) running.pid();
            ProbeSession session = ProbeSession.open(target.plans(), OPTIONS.withProcesses(Set.of(pid)));
            CollectorConfig config = CollectorConfig.defaults().withLanes(1);
            Collector collector = Collector.start(session, target.plans(), List.of(pid), config, sink);
            Truth truth;
            long outermostFull;
            int exitCode;
            try (collector) {
                running.release();
                truth = await(CompletableFuture.supplyAsync(running::truth));
                outermostFull = session.statistic(Statistic.OUTERMOST_FULL);
                exitCode = running.finish();
                while (collector.status().processes() > 0 && collector.failure() == null) {
                    Thread.onSpinWait();
                }
            }
            if (collector.failure() != null) {
                throw collector.failure();
            }
            heapMib.add(heapMib());
            return result(target, sink, truth, collector.status().lost(), outermostFull, exitCode);
        }
    }

    private Truth await(CompletableFuture<Truth> told) {
        long start = System.nanoTime();
        long limitNs = start + duration.toNanos() + TimeUnit.MINUTES.toNanos(3);
        while (System.nanoTime() < limitNs) {
            try {
                return told.get(SAMPLE_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                boolean due = System.nanoTime() - start > duration.toNanos() * (1 + heapMib.size()) / 5;
                if (due && heapMib.size() < 4) {
                    heapMib.add(heapMib());
                }
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException("the program told no truth", e);
            }
        }
        throw new IllegalStateException("the program did not end in time");
    }

    private static long heapMib() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) / MIB;
    }

    private static Map<Integer, String> logged(TraceTarget target) {
        Map<Integer, String> logged = new HashMap<>();
        for (FunctionPlan.Probeable function : target.probeable()) {
            if (LOGGED.contains(function.function().name())) {
                logged.put(function.function().index(), function.function().name());
            }
        }
        return logged;
    }

    private Result result(
            TraceTarget target, PairingSink sink, Truth truth, long lost, long outermostFull, int exitCode) {
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
        Observed all = observed.stream()
                .map(Map.Entry::getValue)
                .reduce(Observed::plus)
                .orElseThrow();
        List<Truth.Call> wrong = sink.pairs.wrong(truth, LOGGED);
        return new Result(
                seed,
                duration,
                goroutines,
                sink.events(),
                all.calls(),
                all.paired(),
                all.panic(),
                all.goexit(),
                lost,
                outermostFull,
                heapMib,
                Comparison.of(truth, observed, refused).differences(),
                wrong,
                sink.pairs.matched() + wrong.size(),
                truth,
                exitCode);
    }
}
