package io.goroscope.collector.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.collector.GoPrograms;
import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.plan.FunctionPlan.Probeable;
import io.goroscope.collector.plan.GoObjdump.Instruction;
import io.goroscope.collector.plan.Place.GoroutineSource;
import io.goroscope.collector.plan.Place.Kind;
import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Plans for a program that was compiled for arm64, against Go's own disassembler. Nothing is run. */
class Arm64PlannerTest {

    private static final PlanOptions ALL = new PlanOptions(true, true, true);

    private static final Path PROGRAM = GoPrograms.shapes("GOARCH=arm64", "CGO_ENABLED=0");

    @Test
    void shouldPlaceEntriesAndReturnsWhereGosDisassemblerSeesThem() {
        Map<String, List<Instruction>> truth = GoObjdump.functions(PROGRAM, "^(main|fmt|strconv|runtime)\\.");
        int checks = 0;
        int compared = 0;
        for (FunctionPlan plan :
                plan("main.*", "fmt.*", "strconv.*", "runtime.*").functions()) {
            List<Instruction> code = truth.get(plan.function().name());
            if (code == null || !(plan instanceof Probeable probeable)) {
                continue;
            }
            if (code.get(0).address() != plan.function().address()) {
                continue; // another function of the same name
            }
            Map<Long, String> texts = new HashMap<>();
            code.forEach(i -> texts.put(i.address(), i.text()));
            Place entry = probeable.entry();
            assertThat(entry.goroutine()).isEqualTo(GoroutineSource.REGISTER);
            boolean grows = code.stream().anyMatch(i -> i.text().matches("CALL runtime\\.morestack.*"));
            if (grows) {
                assertThat(texts.get(entry.address()))
                        .as(plan.function().name())
                        .startsWith("BLS");
                assertThat(entry.flagFiltered()).isTrue();
                assertThat(entry.spDelta()).isZero();
                checks++;
            } else {
                assertThat(entry.flagFiltered()).as(plan.function().name()).isFalse();
                assertThat(entry.spDelta()).as(plan.function().name()).isEqualTo(lowered(code, entry.address()));
            }
            assertThat(entry.singleStepped())
                    .as(plan.function().name() + ": " + texts.get(entry.address()))
                    .isEqualTo(!isSimulated(texts.get(entry.address())));
            if (!probeable.returns().isEmpty()) {
                assertThat(addresses(probeable, Kind.RETURN))
                        .as(plan.function().name())
                        .isEqualTo(code.stream()
                                .filter(i -> i.text().equals("RET"))
                                .map(Instruction::address)
                                .collect(Collectors.toCollection(TreeSet::new)));
                assertThat(probeable.returns()).noneMatch(Place::singleStepped);
                compared++;
            }
        }
        assertThat(checks).isGreaterThan(500);
        assertThat(compared).isGreaterThan(1000);
    }

    private static Set<Long> addresses(Probeable plan, Kind kind) {
        return plan.returns().stream()
                .filter(p -> p.kind() == kind)
                .map(Place::address)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** By the disassembler's words: {@code SUB $48, RSP, RSP} and stores that move RSP, written {@code MOVD.W}. */
    private static int lowered(List<Instruction> code, long until) {
        int lowered = 0;
        for (Instruction i : code) {
            if (i.address() >= until) {
                break;
            }
            Matcher sub = Pattern.compile("SUB \\$(\\d+), RSP, RSP").matcher(i.text());
            Matcher store =
                    Pattern.compile("(?:MOVD|STP)\\.W .*, -(\\d+)\\(RSP\\)").matcher(i.text());
            if (sub.matches()) {
                lowered += Integer.parseInt(sub.group(1));
            } else if (store.matches()) {
                lowered += Integer.parseInt(store.group(1));
            }
        }
        return lowered;
    }

    /** What {@code arm_probe_decode_insn} of the kernel hands to a simulator. */
    private static boolean isSimulated(String text) {
        return text.matches(
                "(B|BL|CALL|JMP|RET|ADR|ADRP|CBN?ZW?|TBN?Z|B(EQ|NE|HS|LO|MI|PL|VS|VC|HI|LS|GE|LT|GT|LE|CC|CS))\\b.*");
    }

    @Test
    void shouldReadTheRuntimeAndItsMarkers() {
        ImagePlan plan = plan("main.Fib");
        assertThat(plan.image().architecture()).isEqualTo("arm64");
        assertThat(plan.layout().goidOffset()).isIn(152, 160);
        assertThat(plan.markers())
                .extracting(Place::kind)
                .containsExactly(Kind.PANIC, Kind.DEFER_RETURN, Kind.GOROUTINE_END);
        assertThat(plan.markers()).noneMatch(Place::singleStepped);
    }

    /** A getter's only instruction with a simulator is its return, which amd64 does not have. */
    @Test
    void shouldCountAGetterAtItsReturn() {
        FunctionPlan plan = plan("main.Getter").functions().get(0);
        assertThat(plan).isInstanceOf(Probeable.class);
        assertThat(((Probeable) plan).entry().singleStepped()).isFalse();
        assertThat(((Probeable) plan).returns()).isEmpty();
    }

    @Test
    void shouldNotBeAttachedOnAnotherMachine() {
        Assumptions.assumeTrue(System.getProperty("os.arch").equals("amd64"), "needs an amd64 machine");
        ImagePlan plan = plan("main.Fib");
        assertThatThrownBy(() -> ProbeSession.open(List.of(plan), SessionOptions.count()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("arm64 shapes: it is built for arm64, and this machine is amd64")
                .hasMessageNotContaining("\n");
    }

    private static ImagePlan plan(String... patterns) {
        try (GoBinary binary = GoBinary.open(PROGRAM, "arm64 shapes")) {
            return Planner.plan(binary, FunctionPatterns.wildcards(List.of(patterns)), ALL);
        }
    }
}
