package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Planner, probes and pairing against the program's own truth, and the truth against wrong ways to pair. */
class EngineTruthTest {

    private static final SessionOptions OPTIONS = SessionOptions.pairs().withRingBytes(64 << 20);

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    @Test
    void shouldSeeEachCallAsTheProgramDoes() {
        EngineRun run = run(EngineRun.Pairs.AS_BUILT, "-rounds=10", "-held=3");

        assertThat(run.lost()).isZero();
        assertThat(run.comparison().differences()).isEmpty();
        assertThat(run.edges()).allSatisfy((edge, seen) -> assertThat(seen).isEqualTo(edge.calls()));
        assertThat(run.exitCode()).isZero();
        assertThat(run.truth().migrations()).isPositive();
        assertThat(run.truth().stackMoves()).isPositive();
    }

    /** The marker that each goroutine hits as it ends may cost too much: then a Goexit tells as well that frames are dead. */
    @ParameterizedTest
    @ValueSource(strings = {"1.19", "1.26"})
    void shouldSeeEachCallWithoutTheMarkerOfEnds(String language) {
        TestProgram program = TestProgram.truth(Toolchains.require(language), Flavor.NORMAL);

        EngineRun run = EngineRun.of(
                program,
                EngineRun.Pairs.AS_BUILT,
                OPTIONS.withModes(),
                "-rounds=10",
                "-held=3",
                "-workloads=+goexitpanic,+timed");

        assertThat(run.lost()).isZero();
        assertThat(run.comparison().differences()).isEmpty();
        assertThat(run.edges()).allSatisfy((edge, seen) -> assertThat(seen).isEqualTo(edge.calls()));
        assertThat(run.truth().functions())
                .anyMatch(function -> function.abandoned().goexit() > 0);
        assertThat(run.openAtEnd())
                .isEqualTo(run.truth().functions().stream()
                        .mapToLong(Truth.Function::open)
                        .sum());
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void shouldRefutePairingByThread() {
        assertThat(run(EngineRun.Pairs.BY_THREAD, "-rounds=10").comparison().differences())
                .isNotEmpty();
    }

    @Test
    void shouldRefutePairingByStackPointer() {
        assertThat(run(EngineRun.Pairs.BY_STACK_POINTER, "-rounds=10")
                        .comparison()
                        .differences())
                .anyMatch(difference -> difference.contains("main.grow: paired"));
    }

    /** Go up to 1.20: where SP at the entry's place is not that of the call. */
    @Test
    void shouldSeeEachCallWhoseEntryLiesBehindTheFrame() {
        TestProgram program = TestProgram.truth(Toolchains.require("1.19"), Flavor.NORMAL);
        assertThat(EngineRun.plan(program.binary()).functions())
                .filteredOn(plan -> plan.function().name().equals("main.framed"))
                .singleElement(type(FunctionPlan.Probeable.class))
                .satisfies(plan -> assertThat(plan.entry().spDelta()).isPositive());

        EngineRun run = EngineRun.of(
                program, EngineRun.Pairs.AS_BUILT, OPTIONS, "-rounds=40", "-goroutines=4", "-workloads=framed,growth");

        assertThat(run.comparison().differences()).isEmpty();
        assertThat(run.truth().byName().get("main.framed").returns()).isPositive();
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void shouldMakeNoSystemCallInTheProgramsName() {
        EngineRun run = run(EngineRun.Pairs.AS_BUILT, "-rounds=4", "-seccomp");

        assertThat(run.comparison().differences()).isEmpty();
        assertThat(run.exitCode()).isZero();
    }

    /** The workloads that are not in every run: signals, a stack of a megabyte, Goexit with a recover, children. */
    @Test
    void shouldSeeEachCallUnderSignalsAndOnLargeStacks() {
        EngineRun run = run(
                EngineRun.Pairs.AS_BUILT,
                "-rounds=4",
                "-signal-hz=1000",
                "-stack-kb=1024",
                "-panic-kb=256",
                "-workloads=+goexitpanic,+timed,+children");

        assertThat(run.comparison().differences()).isEmpty();
        assertThat(run.exitCode()).isZero();
    }

    /**
     * The kernel takes a page away for a moment when it makes a huge page of many, as khugepaged does now and then: who
     * reads there without waiting misses the goroutine, and so a call's entry or its return. Waiting has an end, since a
     * probe must not hang: with pages moving all the time, 3 of 50,000 hits were missed in one of a dozen runs. So this is not
     * among the default tests.
     */
    @Tag("soak")
    @ParameterizedTest
    @ValueSource(strings = {"1.19", "1.26"})
    void shouldSeeEachCallWhileTheKernelMovesPages(String language) {
        TestProgram program = TestProgram.truth(Toolchains.require(language), Flavor.NORMAL);

        EngineRun run =
                EngineRun.of(program, EngineRun.Pairs.AS_BUILT, OPTIONS, "-rounds=40", "-held=2", "-move-pages");

        assertThat(run.comparison().differences()).isEmpty();
        assertThat(run.unidentified()).isZero();
        assertThat(run.exitCode()).isZero();
    }

    private static EngineRun run(EngineRun.Pairs pairs, String... flags) {
        return EngineRun.of(TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL), pairs, OPTIONS, flags);
    }
}
