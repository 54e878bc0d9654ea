package io.goroscope.collector.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.plan.ImagePlan;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The stacks by which calls come are those that the program's shape makes, each counted exactly. */
class UserStacksTest {

    private static final int GOROUTINES = 8;
    private static final int ROUNDS = 25;
    private static final long TIMES = (long) GOROUTINES * ROUNDS;
    private static final String FUNCTIONS = "^main.(leaf|fib|grow|throws|catches|quits|blocks|reads)$";
    private static final int CALLS_OF_GROW = 61;

    private static ImagePlan plan;

    @BeforeAll
    static void findFunctions() throws Exception {
        Requirement.bpf();
        plan = ObjdumpPlan.of(CountedProgram.binary(), FUNCTIONS);
    }

    @Test
    void shouldCountEachStackUnderStackGrowth() throws Exception {
        try (CountedProgram program = CountedProgram.start();
                ProbeSession session = ProbeSession.open(
                        List.of(plan),
                        SessionOptions.count()
                                .withProcesses(Set.of(program.pid()))
                                .withStacks(4096))) {
            program.run(GOROUTINES, ROUNDS);
            List<StackCount> stacks = session.stackCounts();

            assertThat(sums(stacks)).isEqualTo(program.counts());
            assertThat(session.statistic(Statistic.STACKS_FULL)).isZero();
            // The place, so many calls of itself, then round, the goroutine's function, and goexit.
            Map<Integer, Long> grow = depths(stacks, "main.grow");
            assertThat(grow).hasSize(CALLS_OF_GROW);
            for (int depth = 0; depth < CALLS_OF_GROW; depth++) {
                assertThat(grow).containsEntry(4 + depth, TIMES);
            }
            // catches, round, the goroutine's function, goexit: each return address is another function's.
            List<Long> throwing = stacks.stream()
                    .filter(stack -> name(stack).equals("main.throws"))
                    .map(StackCount::addresses)
                    .filter(addresses -> addresses.size() == 5)
                    .findFirst()
                    .orElseThrow();
            assertThat(new HashSet<>(throwing)).hasSize(5);
        }
    }

    @Test
    void shouldCountCallsWhoseStackFindsNoRoom() throws Exception {
        ProbeSession ended;
        Map<String, Long> truth;
        try (CountedProgram program = CountedProgram.start();
                ProbeSession session = ProbeSession.open(
                        List.of(plan),
                        SessionOptions.count()
                                .withProcesses(Set.of(program.pid()))
                                .withStacks(16))) {
            ended = session;
            program.run(2, 2);
            truth = program.counts();
            assertThat(session.statistic(Statistic.STACKS_FULL)).isPositive();
            Map<String, Long> counted = new TreeMap<>();
            session.visitCounters(
                    program.pid(),
                    (slot, calls, lost) -> counted.put(ObjdumpPlan.name(plan, session.functionOf(slot)), calls));
            assertThat(counted).isEqualTo(truth);
        }
        assertThat(ended.stackCounts()).as("after the end").isNotEmpty();
    }

    private static Map<String, Long> sums(List<StackCount> stacks) {
        Map<String, Long> sums = new TreeMap<>();
        stacks.forEach(stack -> sums.merge(name(stack), stack.calls(), Long::sum));
        return sums;
    }

    private static Map<Integer, Long> depths(List<StackCount> stacks, String function) {
        Map<Integer, Long> depths = new TreeMap<>();
        for (StackCount stack : stacks) {
            if (name(stack).equals(function)) {
                depths.merge(stack.addresses().size(), stack.calls(), Long::sum);
            }
        }
        return depths;
    }

    private static String name(StackCount stack) {
        return ObjdumpPlan.name(plan, stack.function());
    }
}
