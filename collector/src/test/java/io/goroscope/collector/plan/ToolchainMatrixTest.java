package io.goroscope.collector.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.FunctionPlan.Probeable;
import io.goroscope.collector.plan.Place.GoroutineSource;
import io.goroscope.collector.plan.Place.Kind;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import io.goroscope.testbed.Toolchains;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** One program, built by every toolchain that can be had, in every way of linking. */
class ToolchainMatrixTest {

    private static final PlanOptions ALL = new PlanOptions(true, true, true);

    @TestFactory
    Stream<DynamicTest> shouldPlanTheProgramOf() {
        return Stream.of("1.15", "1.19", "1.21", "1.22", "1.23", "1.24", "1.25", "1.26", "1.27")
                .map(language -> DynamicTest.dynamicTest("go" + language, () -> check(Toolchains.require(language))));
    }

    @TestFactory
    Stream<DynamicTest> shouldPlanTheProgramOfGccgo() {
        return Stream.of(DynamicTest.dynamicTest("gccgo", () -> check(Toolchains.requireGccgo())));
    }

    private static void check(Toolchain toolchain) {
        Map<String, Integer> first = null;
        for (Flavor flavor : Flavor.of(toolchain.compiler())) {
            TestProgram program = TestProgram.truth(toolchain, flavor);
            try (GoBinary binary = GoBinary.open(program.binary(), program.toString())) {
                ImagePlan plan = Planner.plan(binary, FunctionPatterns.wildcards(List.of("main.*")), ALL);
                assertThat(plan.functions()).as("%s", program).hasSizeGreaterThan(60);
                Map<String, Integer> returns = new TreeMap<>();
                for (FunctionPlan function : plan.functions()) {
                    if (function instanceof FunctionPlan.InlinedOnly) {
                        continue;
                    }
                    assertThat(function).as("%s", program).isInstanceOf(Probeable.class);
                    checkEntry(toolchain, flavor, (Probeable) function);
                    returns.merge(
                            function.function().name(),
                            ((Probeable) function).returns().size(),
                            Integer::sum);
                }
                checkLayout(toolchain, flavor, plan);
                // C linked in brings a workload of its own; all else is the same code in another wrapping.
                boolean comparable = !flavor.name().startsWith("CGO");
                if (first != null && comparable) {
                    assertThat(returns).as("%s", program).isEqualTo(first);
                }
                first = first == null ? returns : first;
            }
        }
    }

    private static void checkEntry(Toolchain toolchain, Flavor flavor, Probeable function) {
        Place entry = function.entry();
        boolean gc = toolchain.compiler() == Toolchain.Compiler.GC;
        String what = toolchain + ", " + flavor + ": " + function;
        assertThat(entry.fileOffset()).as(what).isPositive();
        if (entry.flagFiltered()) {
            assertThat(gc && toolchain.minorNumber() < 21).as(what).isTrue();
        }
        if (!gc || toolchain.minorNumber() < 17) {
            assertThat(entry.goroutine()).as(what).isEqualTo(GoroutineSource.THREAD_LOCAL);
        }
        if (function.function().name().equals("main.main")) {
            assertThat(entry.singleStepped()).as(what).isFalse();
            assertThat(entry.flagFiltered()).as(what).isEqualTo(gc && toolchain.minorNumber() < 21);
        }
    }

    private static void checkLayout(Toolchain toolchain, Flavor flavor, ImagePlan plan) {
        RuntimeLayout layout = plan.layout();
        if (toolchain.compiler() == Toolchain.Compiler.GC) {
            boolean later = toolchain.minorNumber() == 23 || toolchain.minorNumber() == 24;
            assertThat(layout).isEqualTo(new RuntimeLayout(false, later ? 160 : 152, 0, 8, -8, 0));
            assertThat(plan.markers())
                    .extracting(Place::kind)
                    .containsExactly(Kind.PANIC, Kind.DEFER_RETURN, Kind.GOEXIT, Kind.GOROUTINE_END);
            assertThat(plan.markers().get(3).goroutine())
                    .isEqualTo(
                            toolchain.minorNumber() < 17 ? GoroutineSource.STACK_ARGUMENT : GoroutineSource.ARGUMENT);
            return;
        }
        assertThat(layout.segmentedStacks()).isTrue();
        assertThat(layout.goidOffset()).isEqualTo(56);
        assertThat(layout.morestackReturnAddress()).isPositive();
        // Measured by reading goid through them in running programs: libgo's block is 0xd0 bytes, all blocks of the
        // static
        // program 0x140.
        long expected =
                switch (flavor) {
                    case GCCGO_STATIC_LIBGO -> -208;
                    case GCCGO_STATIC -> -288;
                    default -> 0;
                };
        assertThat(layout.goroutineTlsOffset()).isEqualTo(expected);
    }
}
