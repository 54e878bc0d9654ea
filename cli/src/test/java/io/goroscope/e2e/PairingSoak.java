package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Observed;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Many goroutines that do at random all that Go can do to a stack, through the collector and its batches, for as long as
 * one likes; then every function's calls against the program's own counts, and every remembered call against its pair.
 *
 * <p>Where the kernel single-steps each {@code ret}, pairs cost ten times what entries cost. So a good part of the events
 * are entries of calls that a panic unwinds: those are cheap, and they are what a pairing gets wrong most easily.
 */
final class PairingSoak {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final long MIB = 1 << 20;
    private static final int SAMPLES = 5;

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
     * @param heapMib used after a collection, at the start of each of the last four fifths and at the end
     * @param wrong remembered calls whose pair is missing or another's
     * @param compared remembered calls
     */
    record Result(
            long seed,
            Duration duration,
            int goroutines,
            List<Long> heapMib,
            CollectedRun run,
            List<Truth.Call> wrong,
            long compared) {

        long events() {
            return run.sink().events();
        }

        /** One row of a Markdown table, with its head. */
        private List<String> table() {
            Observed all = run.comparison().observed().values().stream()
                    .reduce(Observed::plus)
                    .orElseThrow();
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
                            events(),
                            all.calls(),
                            all.paired(),
                            all.panic(),
                            all.goexit(),
                            run.lost(),
                            compared,
                            wrong.size(),
                            run.truth().stackMoves(),
                            run.truth().migrations(),
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
            assertThat(run.lost()).isZero();
            assertThat(run.comparison().differences()).isEmpty();
            assertThat(wrong).isEmpty();
            assertThat(compared).isPositive();
            assertThat(run.outermostFull()).isZero();
            assertThat(run.truth().stackMoves()).isPositive();
            assertThat(run.truth().migrations()).isPositive();
            assertThat(run.exitCode()).isZero();
        }
    }

    Result run() {
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.CGO);
        System.out.printf("soak: seed %d, %d s, %d goroutines%n", seed, duration.toSeconds(), goroutines);
        CollectedRun run = CollectedRun.of(
                program,
                List.of(program.pattern(), program.binary() + ":runtime.sig*"),
                duration.plus(LIMIT),
                this::sampleHeap,
                "-goroutines=" + goroutines,
                "-rounds=0",
                "-duration=" + duration.toSeconds() + "s",
                "-seed=" + seed,
                "-signal-hz=1000",
                "-stack-kb=1024",
                "-panic-kb=64",
                "-workloads=+goexitpanic,+timed,+children,+unwind,+unwind,+unwind");
        heapMib.add(heapMib());
        List<Truth.Call> wrong = run.sink().pairs.wrong(run.truth(), CollectedRun.LOGGED);
        long compared = run.sink().pairs.matched() + wrong.size();
        return new Result(seed, duration, goroutines, heapMib, run, wrong, compared);
    }

    private void sampleHeap(Duration elapsed) {
        boolean due = elapsed.multipliedBy(SAMPLES).compareTo(duration.multipliedBy(1 + heapMib.size())) > 0;
        if (due && heapMib.size() < SAMPLES - 1) {
            heapMib.add(heapMib());
        }
    }

    private static long heapMib() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) / MIB;
    }
}
