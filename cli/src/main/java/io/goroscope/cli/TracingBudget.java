package io.goroscope.cli;

import io.goroscope.collector.budget.HitPrices;
import io.goroscope.collector.budget.HostBudget;
import io.goroscope.collector.budget.Limits;
import io.goroscope.collector.config.Configuration;
import java.util.Optional;

/** What tracing may cost the traced programs, as the configuration has it: 0 is no limit. */
final class TracingBudget {

    /** Where a hit's cost cannot be measured (arm64): what it was on the slowest machine where it could, ns. */
    private static final HitPrices UNMEASURED = new HitPrices(1500, 2000, 12_000);

    /** More than any host has processors. */
    private static final double NO_LIMIT_PERCENT = 1e6;

    private TracingBudget() {}

    /** Empty where there is no limit; else begins to measure what a hit costs, which the first to keep it waits for. */
    static Optional<HostBudget> of(Configuration.Budget budget) {
        if (budget.processPercent() <= 0 && budget.hostPercent() <= 0) {
            return Optional.empty();
        }
        Calibration calibration = Calibration.start();
        return Optional.of(new HostBudget(
                new Limits(limit(budget.processPercent()), limit(budget.hostPercent())),
                () -> calibration.cost().map(HitPrices::of).orElse(UNMEASURED)));
    }

    private static double limit(double percent) {
        return percent > 0 ? percent : NO_LIMIT_PERCENT;
    }
}
