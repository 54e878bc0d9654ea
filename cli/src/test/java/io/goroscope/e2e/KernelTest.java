package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.kernels.Kernel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Counts and pairs under each kernel, of programs by three toolchains; everything is in {@link KernelMatrixTest}. What only
 * the newest kernel has is in {@link NewestKernelTest}.
 */
class KernelTest {

    /** The place of the first lies before the frame is set up, in the jump to morestack; those of the others behind it. */
    static final Map<String, Flavor> PROGRAMS = new LinkedHashMap<>();

    static final String FLAGS = "-rounds=2,-held=2";
    static final int JOB_LIMIT_S = 600;

    private static final KernelReport REPORT = new KernelReport("kernels-three-toolchains");

    static {
        PROGRAMS.put("go1.19", Flavor.NORMAL);
        PROGRAMS.put("go1.24", Flavor.STRIPPED);
        PROGRAMS.put("go1.26", Flavor.PIE_STRIPPED);
    }

    @BeforeAll
    static void needMachines() {
        Requirements.require("go");
        Requirements.require("kernels");
    }

    @AfterAll
    static void printReport() {
        REPORT.print();
    }

    /** 6.1, where each probe is a perf event with a link of its own, and 6.12. */
    @ParameterizedTest
    @EnumSource(
            value = Kernel.Suite.class,
            names = {"BOOKWORM", "TRIXIE"})
    void shouldSeeEachCallAsTheProgramDoes(Kernel.Suite suite) {
        Map<String, Path> programs = programs();
        Machine machine = new Machine(Kernel.of(suite))
                .with(programs.values().toArray(Path[]::new))
                .job("truth", JOB_LIMIT_S, truth("COUNT,PAIRS", programs))
                .with(values())
                .job("values", JOB_LIMIT_S, List.of("values", values().toString()))
                .boot();

        List<KernelRow> rows = machine.findings("truth", KernelRow.class);
        rows.forEach(row -> REPORT.add(machine.version(), row));
        assertThat(rows).hasSize(2 * programs.size()).allMatch(KernelRow::allEqual);
        assertThat(rows).allMatch(row -> row.calls() > 1000 && row.executed() == 0);
        requireValues(machine, suite != Kernel.Suite.BOOKWORM);
    }

    static Path values() {
        return TestProgram.build(Toolchains.requireLocal(), "values", Flavor.NORMAL)
                .binary();
    }

    /** @param floats whether vector registers can be read: from Linux 6.6 on */
    static void requireValues(Machine machine, boolean floats) {
        CaptureRun run = machine.findings("values", CaptureRun.class).get(0);
        assertThat(run.calls())
                .containsExactly(
                        "main.add 42, 13",
                        "main.add = 55",
                        "main.divide 47, 6",
                        "main.divide = 7, 5, nil",
                        "main.divide 1, 0",
                        "main.divide = 0, 0, *errors.errorString(\"division by zero\")",
                        floats ? "main.scale 1.5, -0.25, (2+8i)" : "main.scale <xmm>, <xmm>, <xmm>",
                        floats ? "main.scale = 3, -2" : "main.scale = <xmm>, <xmm>");
    }

    static List<String> truth(String modes, Map<String, Path> programs) {
        return Stream.concat(
                        Stream.of("truth", modes, FLAGS),
                        programs.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()))
                .toList();
    }

    /** By name; toolchains that cannot be had are left out, but for that of this machine. */
    static Map<String, Path> programs() {
        Map<String, Path> programs = new LinkedHashMap<>();
        Toolchains.some(List.copyOf(PROGRAMS.keySet())).forEach((name, availability) -> {
            if (availability instanceof Toolchain toolchain) {
                Flavor flavor = PROGRAMS.get(name);
                programs.put(
                        toolchain + "-" + flavor,
                        TestProgram.truth(toolchain, flavor).binary());
            } else {
                REPORT.missing(name, ((Toolchains.Missing) availability).reason());
            }
        });
        return programs;
    }
}
