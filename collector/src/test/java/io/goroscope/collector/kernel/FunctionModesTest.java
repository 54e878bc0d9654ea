package io.goroscope.collector.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.plan.ImagePlan;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Probes come and go under load: what stays misses nothing and sees nothing twice, by what the program says itself. */
class FunctionModesTest {

    private static final Set<String> STAY = Set.of("main.leaf", "main.fib", "main.reads");
    private static final int FEWEST_CHANGES = 20;

    private static final int PANIC = 3;
    private static final int DEFER_RETURN = 4;
    private static final int GOEXIT = 5;
    private static final int FEW = 20;

    private static ImagePlan plan;

    @BeforeAll
    static void findFunctions() throws Exception {
        Requirement.bpf();
        plan = ObjdumpPlan.of(CountedProgram.binary(), "^main.(leaf|fib|grow|throws|catches|quits|blocks|reads)$");
    }

    private static ProbeSession open(CountedProgram program) {
        return ProbeSession.open(
                List.of(plan),
                SessionOptions.pairs().withProcesses(Set.of(program.pid())).withModes());
    }

    private static BitSet slots(ProbeSession session, Set<String> names) {
        BitSet slots = new BitSet();
        for (int slot = 0; slot < session.slots(); slot++) {
            slots.set(slot, names.contains(name(session, slot)));
        }
        return slots;
    }

    private static String name(ProbeSession session, int slot) {
        return ObjdumpPlan.name(plan, session.functionOf(slot));
    }

    /** Any of them may be called, by what they say. */
    private static double[] costs(Random random, int slots) {
        return DoubleStream.generate(() -> random.nextInt(3)).limit(slots).toArray();
    }

    private static Map<String, Long> counts(ProbeSession session, int pid) {
        Map<String, Long> counts = new HashMap<>();
        session.visitCounters(pid, (slot, calls, lost) -> counts.put(name(session, slot), calls));
        return counts;
    }

    @Test
    void shouldMissNoCallOfWhatStaysWhileOthersComeAndGo() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (CountedProgram program = CountedProgram.start();
                ProbeSession session = open(program)) {
            BitSet stay = slots(session, STAY);
            FunctionModes modes = session.modes();
            stay.stream().forEach(slot -> modes.send(slot, true, true));
            modes.probeReturns(stay);
            Recorder recorder = new Recorder();
            int changes = 0;
            for (int run = 0; changes < FEWEST_CHANGES; run++) {
                assertThat(run).as("runs that it takes").isLessThan(50);
                CompletableFuture<Void> running = CompletableFuture.runAsync(() -> program.run(8, 20));
                while (!running.isDone()) {
                    BitSet entries = (BitSet) stay.clone();
                    BitSet returns = (BitSet) stay.clone();
                    for (int slot = 0; slot < session.slots(); slot++) {
                        entries.set(slot, stay.get(slot) || random.nextBoolean());
                        returns.set(slot, stay.get(slot) || random.nextBoolean());
                    }
                    if (random.nextInt(3) == 0) {
                        modes.arrange(costs(random, session.slots()), entries);
                    } else {
                        modes.probeEntries(entries);
                    }
                    Recorder.drain(session, recorder);
                    modes.probeReturns(returns);
                    Recorder.drain(session, recorder);
                    changes++;
                }
                running.join();
            }
            Recorder.drain(session, recorder);
            Map<String, Long> truth = program.counts();
            Map<String, Long> counted = counts(session, program.pid());
            System.out.printf("%d changes of probes under load, %s calls of %s%n", changes, truth, STAY);
            assertThat(session.lostTotal()).isZero();
            for (String function : STAY) {
                int slot = slots(session, Set.of(function)).nextSetBit(0);
                assertThat(counted.get(function))
                        .as("%s, seed %d", function, seed)
                        .isEqualTo(truth.get(function));
                assertThat(recorder.entries.get(slot))
                        .as("entries of %s", function)
                        .isEqualTo(truth.get(function));
                assertThat(recorder.paired.get(slot))
                        .as("pairs of %s", function)
                        .isEqualTo(truth.get(function));
            }
        }
    }

    @Test
    void shouldSendNothingOfWhatIsOnlyCounted() throws Exception {
        try (CountedProgram program = CountedProgram.start();
                ProbeSession session = open(program)) {
            program.run(4, 10);
            Recorder recorder = new Recorder();
            Recorder.drain(session, recorder);

            assertThat(recorder.entries).isEmpty();
            assertThat(recorder.returns).isEmpty();
            assertThat(counts(session, program.pid())).isEqualTo(program.counts());
        }
    }

    /** What the budget's keeper asks for before all else. */
    @Test
    void shouldCountTheHitsOfAllPlacesTogether() throws Exception {
        try (CountedProgram program = CountedProgram.start();
                ProbeSession session = open(program)) {
            BitSet all = new BitSet();
            all.set(0, session.slots());
            all.stream().forEach(slot -> session.modes().send(slot, true, true));
            session.modes().probeReturns(all);
            Recorder recorder = new Recorder();
            program.run(4, 10);
            Recorder.drain(session, recorder);
            checkHits(session, program, recorder);
            long ends = session.ends(program.pid());
            assertThat(ends).as("goroutines that ended").isPositive();

            session.modes().markEnds(false);
            program.run(4, 10);
            Recorder.drain(session, recorder);
            checkHits(session, program, recorder);
            assertThat(session.ends(program.pid())).isEqualTo(ends);
        }
    }

    /** Markers are hit by goroutines without open frames too, now and then, and then nothing is sent. */
    private static void checkHits(ProbeSession session, CountedProgram program, Recorder recorder) {
        Hits hits = session.hits();
        long sent = IntStream.of(PANIC, DEFER_RETURN, GOEXIT)
                .mapToLong(kind -> recorder.kinds.get(kind))
                .sum();
        long entries = sum(program.counts()) + session.ends(program.pid()) + sent;
        assertThat(hits.entries()).isBetween(entries, entries + FEW);
        assertThat(hits.returns()).isEqualTo(sum(recorder.returns));
    }

    private static long sum(Map<?, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void shouldTakeEverythingAwayAtOnceAndComeBack() throws Exception {
        try (CountedProgram program = CountedProgram.start();
                ProbeSession session = open(program)) {
            program.run(4, 10);
            Map<String, Long> before = program.counts();
            session.modes().removeAll(new double[session.slots()]);
            program.run(4, 10);
            assertThat(counts(session, program.pid())).isEqualTo(before);

            Map<String, Long> missed = program.counts();
            BitSet all = new BitSet();
            all.set(0, session.slots());
            session.modes().probeEntries(all);
            program.run(4, 10);
            Map<String, Long> truth = program.counts();
            truth.replaceAll((name, calls) -> calls - missed.get(name) + before.get(name));
            assertThat(counts(session, program.pid())).isEqualTo(truth);
        }
    }
}
