package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.kernel.HitCost;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.kernels.GuestJob;
import io.goroscope.testbed.kernels.Kernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Counts and pairs under each kernel, of programs by three toolchains; everything is in {@link KernelMatrixTest}. Each kernel
 * is booted once, and two at a time: an emulated machine has one core of this one for itself.
 */
class KernelTest {

    /** The place of the first lies before the frame is set up, in the jump to morestack; those of the others behind it. */
    private static final Map<String, Flavor> PROGRAMS = new LinkedHashMap<>();

    static final String FLAGS = "-rounds=2,-held=2";
    private static final int JOB_LIMIT_S = 600;

    private static final KernelReport REPORT = new KernelReport("kernels-three-toolchains");

    static {
        PROGRAMS.put("go1.19", Flavor.NORMAL);
        PROGRAMS.put("go1.24", Flavor.STRIPPED);
        PROGRAMS.put("go1.26", Flavor.PIE_STRIPPED);
    }

    /** Eight threads that call few functions often, so that they meet in the same counters. */
    private static final String CROWD = "-workloads=recursion,-rounds=4,-goroutines=8,-procs=8";

    private static final Pattern LOST_CALLS = Pattern.compile("main\\.fib: calls \\d+, the program says 1804");

    private static final int MACHINES_AT_ONCE = 2;

    private static Map<String, Path> programs;
    private static Map<Kernel.Suite, Future<Machine>> machines;

    @BeforeAll
    static void boot() throws Exception {
        Requirements.require("go");
        Requirements.require("kernels");
        programs = programs();
        // The newest has the most to do.
        Map<Kernel.Suite, Machine> ready = new LinkedHashMap<>();
        ready.put(Kernel.Suite.SID, newest());
        ready.put(Kernel.Suite.BOOKWORM, machine(Kernel.Suite.BOOKWORM, "COUNT,PAIRS"));
        ready.put(Kernel.Suite.TRIXIE, machine(Kernel.Suite.TRIXIE, "COUNT,PAIRS"));
        ExecutorService boots = Executors.newFixedThreadPool(MACHINES_AT_ONCE);
        machines = new EnumMap<>(Kernel.Suite.class);
        ready.forEach((suite, machine) -> machines.put(suite, boots.submit(machine::boot)));
        boots.shutdown();
        // No test runs beside them, not even one of another class after a failure of ours.
        assertThat(boots.awaitTermination(1, TimeUnit.HOURS)).isTrue();
    }

    @AfterAll
    static void printReport() {
        REPORT.print();
    }

    private static Machine machine(Kernel.Suite suite, String modes) {
        return new Machine(Kernel.of(suite))
                .with(programs.values().toArray(Path[]::new))
                .job("truth", JOB_LIMIT_S, truth(modes, programs))
                .with(values())
                .job("values", JOB_LIMIT_S, List.of("values", values().toString()));
    }

    private static Machine newest() throws IOException, InterruptedException {
        Path program =
                TestProgram.truth(Toolchains.requireLocal(), Flavor.STRIPPED).binary();
        Machine machine = machine(Kernel.Suite.SID, "COUNT,PAIRS,STEPPED")
                .with(program)
                .job("beside", 300, List.of("beside", "PAIRS", FLAGS, program.toString()))
                .with(Path.of("/usr/bin/bpftrace"))
                .job("bpftrace", 300, List.of("bpftrace", "PAIRS", FLAGS, program.toString()))
                .job("cost", 200, List.of("cost"));
        for (WidenedCounters counters : WidenedCounters.values()) {
            machine.job(
                    counters.name(),
                    300,
                    List.of(counters.compiled()),
                    List.of("refute", counters.runs(), "COUNT", CROWD, counters + "=" + program));
        }
        return machine;
    }

    /** 6.1, where each probe is a perf event with a link of its own, and 6.12. */
    @ParameterizedTest
    @EnumSource(
            value = Kernel.Suite.class,
            names = {"BOOKWORM", "TRIXIE"})
    void shouldSeeEachCallAsTheProgramDoes(Kernel.Suite suite) throws Exception {
        Machine machine = machines.get(suite).get();

        List<KernelRow> rows = reported(machine, "truth");
        assertThat(rows).hasSize(2 * programs.size()).allMatch(KernelRow::allEqual);
        assertThat(rows).allMatch(row -> row.calls() > 1000 && row.executed() == 0);
        requireValues(machine, suite != Kernel.Suite.BOOKWORM);
    }

    private static List<KernelRow> reported(Machine machine, String job) {
        List<KernelRow> rows = machine.findings(job, KernelRow.class);
        rows.forEach(row -> REPORT.add(machine.version(), row));
        return rows;
    }

    /** What only the newest kernel has: preemption everywhere, private stacks, and programs that write registers. */
    @Nested
    class Newest {

        private Machine machine;

        @BeforeEach
        void take() throws Exception {
            machine = machines.get(Kernel.Suite.SID).get();
        }

        @Test
        void shouldSeeEachCallAsTheProgramDoes() {
            List<KernelRow> rows = reported(machine, "truth");

            assertThat(rows).hasSize(3 * programs.size()).allMatch(KernelRow::allEqual);
            assertThat(rows).allMatch(row -> (row.executed() > 0) == (row.mode() == KernelRow.Mode.PAIRS));
        }

        @Test
        void shouldCaptureValues() {
            requireValues(machine, true);
        }

        @Test
        void shouldPairExactlyUnderTwoCollectors() {
            requireExact(reported(machine, "beside"));
        }

        /** bpftrace never writes registers; what runs before it may have moved them. */
        @Test
        void shouldPairExactlyBesideBpftrace() {
            GuestMain.Company company =
                    machine.findings("bpftrace", GuestMain.Company.class).get(0);

            requireExact(company.collectors());
            assertThat(company.returns()).isPositive();
            assertThat(company.seen()).containsExactly(company.returns(), company.returns());
        }

        private static void requireExact(List<KernelRow> rows) {
            assertThat(rows).hasSize(2).allMatch(KernelRow::allEqual);
            assertThat(rows.stream().mapToLong(KernelRow::executed).sum())
                    .as("one of them carries each return out, the other finds the registers moved")
                    .isPositive()
                    .isEqualTo(rows.stream().mapToLong(KernelRow::declined).sum());
        }

        @Test
        void shouldCountEachCallThoughItIsPreemptedInTheCounter() {
            assertThat(machine.findings(WidenedCounters.ATOMIC.name(), KernelRow.class))
                    .allMatch(KernelRow::allEqual);
        }

        @Test
        void shouldRefutePlainCounters() {
            assertThat(machine.findings(WidenedCounters.PLAIN.name(), KernelRow.class))
                    .anySatisfy(row -> assertThat(row.differences()).anyMatch(LOST_CALLS.asMatchPredicate()));
        }

        @Test
        void shouldExecuteReturnsForAFractionOfSingleStepping() {
            List<HitCost> costs = machine.findings("cost", HitCost.class);
            GuestJob.Result result = machine.result("cost");

            assertThat(costs).as(result.stdout()).hasSize(2);
            assertThat(costs.get(0).returnNs())
                    .as("executed %s, single-stepped %s", costs.get(0), costs.get(1))
                    .isLessThan(costs.get(1).returnNs() / 5);
        }
    }

    private static Path values() {
        return TestProgram.build(Toolchains.requireLocal(), "values", Flavor.NORMAL)
                .binary();
    }

    /** @param floats whether vector registers can be read: from Linux 6.6 on */
    private static void requireValues(Machine machine, boolean floats) {
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
    private static Map<String, Path> programs() {
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
