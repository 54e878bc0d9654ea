package io.goroscope.cli;

import io.goroscope.collector.budget.HitPrices;
import io.goroscope.collector.budget.Limits;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.schemas.UserException;
import picocli.CommandLine.Option;

/** What tracing may cost the traced programs. */
final class BudgetOptions {

    /** Where a hit's cost cannot be measured (arm64): what it was on the slowest machine where it could, ns. */
    private static final HitPrices UNMEASURED = new HitPrices(1500, 2000, 12_000);

    @Option(
            names = "--budget",
            paramLabel = "PERCENT",
            description = {
                "Keep the cost of tracing to each process under so many percent of one CPU: the functions that cost most"
                        + " are timed in a part of the time, then only counted, then left alone (default: no limit)."
            })
    private Double percent;

    @Option(
            names = "--host-budget",
            paramLabel = "PERCENT",
            description = "The same for all processes together (default: as --budget).")
    private Double hostPercent;

    private Calibration calibration;

    /** The session that is wanted; begins to measure what a hit costs. */
    SessionOptions adjust(SessionOptions session) {
        if (percent == null && hostPercent == null) {
            return session;
        }
        check("--budget", percent);
        check("--host-budget", hostPercent);
        calibration = Calibration.start();
        return session.withModes();
    }

    /** What is traced by rules has no budget yet. */
    void refuseWithRules() {
        if (percent != null || hostPercent != null) {
            throw new UserException(
                    "--budget and rules exclude each other as yet: name the functions by BINARY:PATTERN");
        }
    }

    private static void check(String option, Double value) {
        if (value != null && !(value > 0 && value <= 10_000)) {
            throw new UserException(option + " must be above 0 and at most 10000 percent of a CPU, is " + value);
        }
    }

    /** Keeps what is traced under the budget, where there is one. */
    void keep(Tracing tracing) {
        if (calibration != null) {
            double process = percent == null ? hostPercent : percent;
            double host = hostPercent == null ? percent : hostPercent;
            tracing.keepUnder(
                    new Limits(process, host),
                    calibration.cost().map(HitPrices::of).orElse(UNMEASURED));
        }
    }
}
