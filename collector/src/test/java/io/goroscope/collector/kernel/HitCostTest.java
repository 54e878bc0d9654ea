package io.goroscope.collector.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HitCostTest {

    @TempDir
    private Path folder;

    @Test
    void shouldMeasureThatASingleSteppedReturnCostsMoreThanAnEmulatedEntry() throws Exception {
        Requirement.bpf();
        HitCost cost = HitCost.measure(folder).orElseThrow();

        assertThat(cost.countNs()).isBetween(50.0, 50_000.0);
        assertThat(cost.entryNs()).isBetween(50.0, 50_000.0);
        assertThat(cost.returnNs()).isBetween(50.0, 500_000.0);
        if (!KernelFeatures.probe().registerWrites()) {
            assertThat(cost.returnNs()).isGreaterThan(1.5 * cost.entryNs());
        }
        assertThat(cost.insideNs()).isBetween(10.0, cost.entryNs() + cost.returnNs());
        assertThat(folder).isEmptyDirectory();
    }
}
