package io.goroscope.collector.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.GoPrograms;
import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.FunctionPlan.Probeable;
import io.goroscope.collector.plan.FunctionPlan.Reason;
import io.goroscope.collector.plan.FunctionPlan.Refused;
import io.goroscope.collector.plan.GoObjdump.Instruction;
import io.goroscope.collector.plan.Place.GoroutineSource;
import io.goroscope.collector.plan.Place.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlannerTest {

    private static final PlanOptions ALL = new PlanOptions(true, true, true);

    private static ImagePlan plan(Path program, PlanOptions options, String... patterns) {
        try (GoBinary binary = GoBinary.open(program, program.toString())) {
            return Planner.plan(binary, FunctionPatterns.wildcards(List.of(patterns)), options);
        }
    }

    private static Map<String, FunctionPlan> byName(ImagePlan plan) {
        return plan.functions().stream()
                .collect(Collectors.toMap(p -> p.function().name(), p -> p, (first, second) -> first));
    }

    private static Probeable probeable(Map<String, FunctionPlan> plans, String name) {
        assertThat(plans).containsKey(name);
        assertThat(plans.get(name)).isInstanceOf(Probeable.class);
        return (Probeable) plans.get(name);
    }

    @Test
    void shouldTakeThePushBehindTheStackCheck() {
        Path program = GoPrograms.shapes();
        Map<String, FunctionPlan> plans = byName(plan(program, ALL, "main.*"));
        Map<String, List<Instruction>> truth =
                GoObjdump.functions(program, "^main\\.(Fib|Many|Huge|Spills|\\(\\*T\\))");
        for (String name : List.of("main.Fib", "main.Many", "main.Huge", "main.Spills")) {
            Place entry = probeable(plans, name).entry();
            List<Instruction> code = truth.get(name);
            int at = indexOf(code, entry.address());
            assertThat(code.get(at).text()).as(name).isEqualTo("PUSHQ BP");
            assertThat(code.get(at - 1).text()).as(name).startsWith("JBE");
            assertThat(entry.goroutine()).isEqualTo(GoroutineSource.REGISTER);
            assertThat(entry.spDelta()).isZero();
            assertThat(entry.flagFiltered()).isFalse();
            assertThat(entry.singleStepped()).isFalse();
        }
    }

    private static int indexOf(List<Instruction> code, long address) {
        for (int i = 0; i < code.size(); i++) {
            if (code.get(i).address() == address) {
                return i;
            }
        }
        throw new AssertionError("no instruction at 0x" + Long.toHexString(address));
    }

    /** Every function of the program, against another disassembler: no return missed, none invented. */
    @Test
    void shouldFindEveryReturnThatGosOwnDisassemblerFinds() {
        Path program = GoPrograms.shapes();
        Map<String, FunctionPlan> plans = byName(plan(program, ALL, "main.*", "fmt.*", "strconv.*", "runtime.*"));
        Map<String, List<Instruction>> truth = GoObjdump.functions(program, "^(main|fmt|strconv|runtime)\\.");
        int compared = 0;
        for (Map.Entry<String, List<Instruction>> function : truth.entrySet()) {
            if (!(plans.get(function.getKey()) instanceof Probeable probeable)
                    || probeable.returns().isEmpty()) {
                continue;
            }
            Set<Long> expected = function.getValue().stream()
                    .filter(i -> i.text().equals("RET"))
                    .map(Instruction::address)
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<Long> found = probeable.returns().stream()
                    .filter(p -> p.kind() == Kind.RETURN)
                    .map(Place::address)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(found).as(function.getKey()).isEqualTo(expected);
            compared++;
        }
        assertThat(compared).isGreaterThan(1000);
    }

    @Test
    void shouldCountWhatNeverReturnsWithoutReturnPlaces() {
        Map<String, FunctionPlan> plans = byName(plan(GoPrograms.shapes(), ALL, "main.*"));
        assertThat(probeable(plans, "main.Never").returns()).isEmpty();
    }

    @Test
    void shouldFollowAJumpTable() {
        Map<String, FunctionPlan> plans = byName(plan(GoPrograms.shapes(), ALL, "main.Table"));
        assertThat(probeable(plans, "main.Table").returns()).isNotEmpty().allMatch(p -> p.kind() == Kind.RETURN);
    }

    @Test
    void shouldTakeTheTailJumpOfAWrapperForItsExit() {
        Map<String, FunctionPlan> plans = byName(plan(GoPrograms.shapes(), ALL, "main.(*Outer).Do"));
        Probeable wrapper = probeable(plans, "main.(*Outer).Do");
        // Loads the embedded pointer, checks nothing, jumps to (*T).Do: one jump is entry and exit, so only the entry
        // is
        // there; where it pushes a frame first, it returns.
        assertThat(wrapper.entry().kind()).isEqualTo(Kind.ENTRY);
        assertThat(wrapper.returns())
                .noneMatch(p -> p.address() == wrapper.entry().address());
    }

    @Test
    void shouldRefuseAGetterUnlessNamed() {
        Map<String, FunctionPlan> cheap = byName(plan(GoPrograms.shapes(), PlanOptions.COUNTING, "main.G*"));
        assertThat(cheap.get("main.Getter")).isInstanceOf(Refused.class);
        assertThat(((Refused) cheap.get("main.Getter")).reason()).isEqualTo(Reason.COSTLY);
        Map<String, FunctionPlan> named = byName(plan(GoPrograms.shapes(), PlanOptions.COUNTING, "main.Getter"));
        assertThat(probeable(named, "main.Getter").entry().singleStepped()).isTrue();
    }

    @Test
    void shouldPlanTheMarkers() {
        ImagePlan plan = plan(GoPrograms.shapes(), PlanOptions.TIMING, "main.Fib");
        assertThat(plan.markers()).extracting(Place::kind).contains(Kind.PANIC, Kind.DEFER_RETURN, Kind.GOROUTINE_END);
        assertThat(plan.markers())
                .filteredOn(p -> p.kind() == Kind.GOROUTINE_END)
                .allMatch(p -> p.goroutine() == GoroutineSource.ARGUMENT);
        Map<String, Long> addresses = GoObjdump.addresses(GoPrograms.shapes());
        long gdestroy = addresses.get("runtime.gdestroy");
        assertThat(plan.markers())
                .filteredOn(p -> p.kind() == Kind.GOROUTINE_END)
                .allMatch(p -> p.address() > gdestroy && p.address() < gdestroy + 64);
    }

    @Test
    void shouldLeaveOutHotPackagesForABareStar() {
        ImagePlan some = plan(GoPrograms.shapes(), PlanOptions.COUNTING, "*");
        ImagePlan everything = plan(GoPrograms.shapes(), new PlanOptions(false, false, true), "*");
        assertThat(some.leftOut()).isGreaterThan(1000);
        assertThat(everything.leftOut()).isZero();
        assertThat(everything.functions().size())
                .isGreaterThan(some.functions().size() + some.leftOut() * 9 / 10)
                .isLessThanOrEqualTo(some.functions().size() + some.leftOut());
        assertThat(some.functions()).noneMatch(p -> p.function().name().startsWith("runtime."));
    }

    @Test
    void shouldSayWhatExistsOnlyInlined() {
        FunctionPlan plan = byName(plan(GoPrograms.shapes("-ldflags=-s -w"), PlanOptions.COUNTING, "main.Inlined"))
                .get("main.Inlined");
        assertThat(plan).isInstanceOf(FunctionPlan.InlinedOnly.class);
        assertThat(plan.function().inlinedCopies()).isEqualTo(2);
    }

    @Test
    void shouldShowATwinOnce() {
        ImagePlan plan = plan(GoPrograms.shapes(), ALL, "runtime.*", "internal/*");
        Map<String, Long> times = plan.functions().stream()
                .map(p -> p.function().name())
                .filter(name -> !name.contains("[...]") && !name.startsWith("type:"))
                .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
        // cpuid is assembly with a wrapper for Go code; the wrapper can be probed.
        assertThat(times).containsEntry("internal/cpu.cpuid", 1L);
        assertThat(times.entrySet()).filteredOn(e -> e.getValue() > 1).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-buildmode=exe", "-ldflags=-s -w", "-buildmode=pie", "-race=false"})
    void shouldPlanTheSamePlacesInEveryForm(String form) {
        Map<String, FunctionPlan> plain = byName(plan(GoPrograms.shapes(), ALL, "main.*"));
        Map<String, FunctionPlan> other = byName(plan(GoPrograms.shapes(form), ALL, "main.*"));
        assertThat(other.keySet()).isEqualTo(plain.keySet());
        for (String name : plain.keySet()) {
            assertThat(distances(other.get(name))).as(name).isEqualTo(distances(plain.get(name)));
        }
    }

    private static List<Long> distances(FunctionPlan plan) {
        if (!(plan instanceof Probeable probeable)) {
            return List.of();
        }
        long start = probeable.function().address();
        List<Long> distances =
                probeable.returns().stream().map(p -> p.address() - start).collect(Collectors.toList());
        distances.add(0, probeable.entry().address() - start);
        return distances;
    }

    @Test
    void shouldFilterTheBranchItselfInOlderGo() {
        ImagePlan plan = plan(GoPrograms.prometheus(), PlanOptions.TIMING, "main.main", "net/http.(*conn).serve");
        assertThat(plan.functions()).hasSize(2).allSatisfy(p -> {
            assertThat(p).isInstanceOf(Probeable.class);
            Place entry = ((Probeable) p).entry();
            assertThat(entry.flagFiltered()).isTrue();
            assertThat(entry.singleStepped()).isFalse();
            assertThat(entry.goroutine()).isEqualTo(GoroutineSource.REGISTER);
        });
    }

    @Test
    void shouldPlanMarkersWhereNoFunctionMatches() {
        ImagePlan plan = plan(GoPrograms.shapes(), PlanOptions.COUNTING, "main.Nowhere");
        assertThat(plan.functions()).isEmpty();
        assertThat(plan.markers()).isNotEmpty();
    }
}
