package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.testbed.Requirements;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that nobody here wrote, under load, traced by a pattern that is far too wide: within its budget, and exact. */
class BudgetTest {

    private static final double BUDGET_PERCENT = 3;

    /** On a machine that others use, segments of two seconds say little: the soak holds it to 0.95. */
    private static final double SHORT_RATIO = 0.5;

    private static final double RATIO = 0.95;

    /** That much of a CPU the keeper itself may take, for the 40,000 functions of caddy. */
    private static final double KEEPER_SHARE = 0.05;

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    @Test
    void shouldKeepTheBudget() throws Exception {
        try (RealProgram caddy = RealProgram.caddy(folder);
                BudgetRun run = new BudgetRun(caddy, BUDGET_PERCENT)) {
            run.segments(3, Duration.ofSeconds(2));
            assertThat(run.longestUntilWithinS())
                    .as("s until within the budget")
                    .isLessThan(5);
            assertThat(run.medianKeeperShare()).as("of a CPU").isLessThan(KEEPER_SHARE);
            assertThat(run.medianRatio()).isGreaterThan(SHORT_RATIO);
        }
    }

    @Tag("soak")
    @Test
    void shouldKeepTheBudgetThroughTwentySegments() throws Exception {
        try (RealProgram caddy = RealProgram.caddy(folder);
                BudgetRun run = new BudgetRun(caddy, BUDGET_PERCENT)) {
            run.segments(20, Duration.ofSeconds(5));
            assertThat(run.longestUntilWithinS())
                    .as("s until within the budget")
                    .isLessThan(5);
            assertThat(run.medianLoad()).as("cost by budget").isLessThanOrEqualTo(1);
            assertThat(run.medianKeeperShare()).as("of a CPU").isLessThan(KEEPER_SHARE);
            assertThat(run.medianRatio()).isGreaterThanOrEqualTo(RATIO);
        }
    }
}
