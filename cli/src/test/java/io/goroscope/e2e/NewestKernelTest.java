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
import org.junit.jupiter.api.Tag;
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
                TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL).binary();
        machine = new Machine(Kernel.of(Kernel.Suite.SID))
                .with(programs.values().toArray(Path[]::new))
                .with(program)
                .job("truth", KernelTest.JOB_LIMIT_S, KernelTest.truth("COUNT,PAIRS,STEPPED", programs))
                .job("beside", 300, List.of("beside", "PAIRS", KernelTest.FLAGS, program.toString()))
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

    /**
     * Not in the default run: seen to hold on most boots, and once not, when one return of 5409 calls (Go 1.19, single-stepped)
     * had no entry though the call was counted.
     */
    @Test
    @Tag("matrix")
    void shouldPairEachCallAsTheProgramDoes() {
        List<KernelRow> rows = machine.findings("truth", KernelRow.class);
        rows.forEach(row -> REPORT.add(machine.version(), row));

        assertThat(rows).hasSize(3 * programs.size()).allMatch(KernelRow::allEqual);
        assertThat(rows).allMatch(row -> (row.executed() > 0) == (row.mode() == KernelRow.Mode.PAIRS));
    }

    /** Not in the default run, since it does not hold: see docs/returns.md. */
    @Test
    @Tag("matrix")
    void shouldPairExactlyUnderTwoCollectors() {
        List<KernelRow> rows = machine.findings("beside", KernelRow.class);
        rows.forEach(row -> REPORT.add(machine.version(), row));

        assertThat(rows).hasSize(2).allMatch(KernelRow::allEqual);
        assertThat(rows.stream().mapToLong(KernelRow::executed).sum())
                .as("one of them carries each return out, the other finds the registers moved")
                .isPositive()
                .isEqualTo(rows.stream().mapToLong(KernelRow::declined).sum());
    }

    @Test
    void shouldLeaveTheProgramUnharmedUnderTwoCollectors() {
        List<KernelRow> rows = machine.findings("beside", KernelRow.class);

        assertThat(rows).hasSize(2).allMatch(row -> row.exitCode() == 0);
        assertThat(rows.stream().mapToLong(KernelRow::executed).sum()).isPositive();
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
