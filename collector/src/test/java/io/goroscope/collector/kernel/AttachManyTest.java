package io.goroscope.collector.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.GoPrograms;
import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.FunctionPatterns;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.collector.plan.Planner;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every function of a program that nobody here wrote, at once. */
class AttachManyTest {

    private static final Logger LOG = LoggerFactory.getLogger(AttachManyTest.class);

    /** The aim is 1 s; the limit leaves room for a machine that is busy with other things. */
    private static final long LIMIT_NS = 5_000_000_000L;

    private static final String READY = "/-/ready";

    @TempDir
    private Path data;

    @BeforeAll
    static void requireBpf() {
        Requirement.bpf();
    }

    @Test
    void shouldCountAllFunctionsOfARunningPrometheus() throws Exception {
        ImagePlan plan;
        try (GoBinary binary = GoBinary.open(GoPrograms.prometheus(), "prometheus")) {
            plan = Planner.plan(binary, FunctionPatterns.wildcards(List.of("*")), new PlanOptions(false, false, true));
        }
        try (RunningPrometheus prometheus = RunningPrometheus.start(data)) {
            int pid = prometheus.pid();
            long calls;
            try (ProbeSession session =
                    ProbeSession.open(List.of(plan), SessionOptions.count().withProcesses(Set.of(pid)))) {
                prometheus.get(READY);
                long[] sum = new long[2];
                session.visitCounters(pid, (slot, count, lost) -> {
                    sum[0] += count;
                    sum[1]++;
                });
                calls = sum[0];
                LOG.info(
                        "attached {} probes in {} ms; {} calls of {} functions",
                        session.probes(),
                        session.attachNs() / 1_000_000,
                        sum[0],
                        sum[1]);
                assertThat(session.probes()).isGreaterThan(50_000);
                assertThat(session.attachNs()).isLessThan(LIMIT_NS);
                assertThat(session.leftOut()).isEmpty();
            }
            assertThat(calls).isGreaterThan(1000);
            prometheus.get(READY);
            assertThat(prometheus.isAlive()).isTrue();
        }
    }
}
