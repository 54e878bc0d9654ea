package io.goroscope.cli;

import io.goroscope.collector.budget.HitPrices;
import io.goroscope.collector.budget.Limits;
import io.goroscope.collector.config.Configuration;
import io.goroscope.collector.kernel.SessionOptions;

/** What tracing may cost the traced programs, as the configuration has it: 0 is no limit. */
final class TracingBudget {

    /** Where a hit's cost cannot be measured (arm64): what it was on the slowest machine where it could, ns. */
    private static final HitPrices UNMEASURED = new HitPrices(1500, 2000, 12_000);

    /** More than any host has processors. */
    private static final double NO_LIMIT_PERCENT = 1e6;

    private final Configuration.Budget budget;
    private Calibration calibration;

    TracingBudget(Configuration.Budget budget) {
        this.budget = budget;
    }

    /** True where there is a limit. */
    boolean isLimited() {
        return budget.processPercent() > 0 || budget.hostPercent() > 0;
    }

    /** The session that is wanted; begins to measure what a hit costs. */
    SessionOptions adjust(SessionOptions session) {
        if (!isLimited()) {
            return session;
        }
        calibration = Calibration.start();
        return session.withModes();
    }

    /** Keeps what is traced under the budget, where there is one. */
    void keep(Tracing tracing) {
        if (calibration != null) {
            tracing.keepUnder(
                    new Limits(limit(budget.processPercent()), limit(budget.hostPercent())),
                    calibration.cost().map(HitPrices::of).orElse(UNMEASURED));
        }
    }

    private static double limit(double percent) {
        return percent > 0 ? percent : NO_LIMIT_PERCENT;
    }
}
