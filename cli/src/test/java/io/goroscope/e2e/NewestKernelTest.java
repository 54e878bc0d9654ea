package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.kernel.HitCost;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.kernels.GuestJob;
import io.goroscope.testbed.kernels.Kernel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What only the newest kernel has: preemption everywhere, private stacks, and programs that write registers. One boot. */
class NewestKernelTest {

    private static final KernelReport REPORT = new KernelReport("kernels-newest");

    /** Eight threads that call few functions often, so that they meet in the same counters. */
    private static final String CROWD = "-workloads=recursion,-rounds=4,-goroutines=8,-procs=8";

    private static Machine machine;
    private static Map<String, Path> programs;

    @BeforeAll
    static void boot() throws Exception {
        Requirements.require("go");
        Requirements.require("kernels");
        programs = KernelTest.programs();
        Path program =
                TestProgram.truth(Toolchains.requireLocal(), Flavor.STRIPPED).binary();
        machine = new Machine(Kernel.of(Kernel.Suite.SID))
                .with(programs.values().toArray(Path[]::new))
                .with(program)
                .with(KernelTest.values())
                .job(
                        "values",
                        KernelTest.JOB_LIMIT_S,
                        List.of("values", KernelTest.values().toString()))
                .job("truth", KernelTest.JOB_LIMIT_S, KernelTest.truth("COUNT,PAIRS,STEPPED", programs))
                .job("beside", 300, List.of("beside", "PAIRS", KernelTest.FLAGS, program.toString()))
                .with(Path.of("/usr/bin/bpftrace"))
                .job("bpftrace", 300, List.of("bpftrace", "PAIRS", KernelTest.FLAGS, program.toString()))
                .job("cost", 200, List.of("cost"));
        for (WidenedCounters counters : WidenedCounters.values()) {
            machine.job(
                    counters.name(),
                    300,
                    List.of(counters.compiled()),
                    List.of("truth", "COUNT", CROWD, counters + "=" + program));
        }
        machine.boot();
    }

    @AfterAll
    static void printReport() {
        REPORT.print();
    }

    @Test
    void shouldCountEachCallAsTheProgramDoes() {
        List<KernelRow> rows = machine.findings("truth", KernelRow.class).stream()
                .filter(row -> row.mode() == KernelRow.Mode.COUNT)
                .toList();
        rows.forEach(row -> REPORT.add(machine.version(), row));

        assertThat(rows).hasSize(programs.size()).allMatch(KernelRow::allEqual);
    }

    @Test
    void shouldPairEachCallAsTheProgramDoes() {
        List<KernelRow> rows = machine.findings("truth", KernelRow.class);
        rows.forEach(row -> REPORT.add(machine.version(), row));

        assertThat(rows).hasSize(3 * programs.size()).allMatch(KernelRow::allEqual);
        assertThat(rows).allMatch(row -> (row.executed() > 0) == (row.mode() == KernelRow.Mode.PAIRS));
    }

    @Test
    void shouldCaptureValues() {
        KernelTest.requireValues(machine, true);
    }

    @Test
    void shouldPairExactlyUnderTwoCollectors() {
        List<KernelRow> rows = machine.findings("beside", KernelRow.class);
        rows.forEach(row -> REPORT.add(machine.version(), row));

        requireExact(rows);
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
                .noneMatch(KernelRow::allEqual);
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
