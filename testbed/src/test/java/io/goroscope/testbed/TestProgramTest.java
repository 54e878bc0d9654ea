package io.goroscope.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The test program itself: its truth is complete, deterministic, and not vacuous. */
class TestProgramTest {

    @Test
    void shouldCountEveryFunctionOfPackageMain() {
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
        Truth truth = run(program, "-rounds=2");

        Set<String> linked = Command.of(
                        program.toolchain().go().toString(),
                        "tool",
                        "nm",
                        program.binary().toString())
                .with(program.toolchain().environment())
                .run()
                .lines()
                .map(line -> line.strip().split(" +", 3))
                .filter(words -> words.length == 3 && words[1].equalsIgnoreCase("t") && words[2].startsWith("main."))
                .map(words -> words[2])
                .collect(Collectors.toSet());
        linked.removeAll(truth.uncounted());

        assertThat(new TreeSet<>(linked)).isEqualTo(truth.byName().keySet());
    }

    @Test
    void shouldCallEachFunctionInEachWayThatItPromises() {
        Truth truth = run(TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL), "-rounds=10");

        assertThat(truth.problems()).isEmpty();
        assertThat(truth.migrations()).isPositive();
        assertThat(truth.stackMoves()).isPositive();
        assertThat(truth.log()).isNotEmpty();
        assertThat(truth.functions())
                .anyMatch(function -> function.abandoned().panic() > 0)
                .anyMatch(function -> function.abandoned().goexit() > 0);
        assertThat(truth.edges())
                .filteredOn(edge -> edge.from().equals("main.driveShield"))
                .allMatch(edge -> edge.calls() > 0);
    }

    @Test
    void shouldRepeatItsCountsForASeed() {
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);

        Map<String, Long> first = calls(run(program, "-rounds=3", "-seed=7"));
        assertThat(calls(run(program, "-rounds=3", "-seed=7"))).isEqualTo(first);
        assertThat(calls(run(program, "-rounds=3", "-seed=8"))).isNotEqualTo(first);
    }

    @Test
    void shouldPauseWithNothingOpen() {
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
        try (RunningProgram running = program.start("-control", "-rounds=0")) {
            running.release();
            Truth first = running.pause();
            assertThat(first.isFinal()).isFalse();
            assertThat(first.functions()).allMatch(function -> function.open() == 0);
            running.resume();
            Truth second = running.pause();
            assertThat(calls(second).get("main.fib"))
                    .isGreaterThanOrEqualTo(calls(first).get("main.fib"));
            running.resume();
            running.stop();
            assertThat(running.truth().isFinal()).isTrue();
            assertThat(running.finish()).isZero();
        }
    }

    @Test
    void shouldReplaceItself() {
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
        try (RunningProgram running = program.start("-execs=2", "-rounds=2", "-held=2")) {
            running.release();
            for (int generation = 0; generation <= 2; generation++) {
                Truth truth = running.truth();
                assertThat(truth.generation()).isEqualTo(generation);
                assertThat(truth.pid()).isEqualTo(running.pid());
                assertThat(truth.byName().get("main.holdOpen").open()).isEqualTo(2);
            }
            assertThat(running.finish()).isZero();
        }
    }

    @Test
    void shouldRunWhenBuiltByGccgo() {
        Truth truth = run(TestProgram.truth(Toolchains.requireGccgo(), Flavor.GCCGO_SHARED), "-rounds=2");

        assertThat(truth.compiler()).isEqualTo("gccgo");
        assertThat(truth.byName()).containsKeys("main.fib", "main.goexitDeep..func1", "main.circle.area");
    }

    private static Truth run(TestProgram program, String... flags) {
        try (RunningProgram running = program.start(flags)) {
            running.release();
            Truth truth = running.truth();
            assertThat(running.finish()).as(running.stderr()).isZero();
            return truth;
        }
    }

    private static Map<String, Long> calls(Truth truth) {
        return truth.functions().stream().collect(Collectors.toMap(Truth.Function::name, Truth.Function::calls));
    }
}
