package io.goroscope.cli.demo;

import io.goroscope.cli.page.ProbeCost;
import io.goroscope.collector.kernel.HitCost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the probes cost the traced program: hits a second times the cost of a hit, which is measured once on this machine.
 * Markers and hits whose events got lost are not in it.
 */
final class ProbeLoad {

    private static final Logger LOG = LoggerFactory.getLogger(ProbeLoad.class);
    private static final double NS_PER_S = 1e9;
    private static final double PERCENT = 100;

    private volatile HitCost cost;
    private volatile double entriesPerS;
    private volatile double returnsPerS;

    /** Measures the cost of a hit, on a thread of its own. */
    void calibrate(Path folder) {
        Thread thread = new Thread(
                () -> {
                    try {
                        HitCost.measure(folder).ifPresent(measured -> cost = measured);
                    } catch (IOException | RuntimeException e) {
                        LOG.warn("the cost of a hit could not be measured", e);
                    }
                },
                "goroscope-calibration");
        thread.setDaemon(true);
        thread.start();
    }

    /** Takes the rates of the last second. */
    void update(double callsPerS, double eventsPerS) {
        entriesPerS = callsPerS;
        returnsPerS = Math.max(0, eventsPerS - callsPerS);
    }

    /** Percent of one CPU; NaN as long as it is not known. */
    double percent() {
        HitCost each = cost;
        return each == null
                ? Double.NaN
                : PERCENT * (entriesPerS * each.entryNs() + returnsPerS * each.returnNs()) / NS_PER_S;
    }

    /** For the page; empty as long as it is not known. */
    Optional<ProbeCost> forPage() {
        double hits = entriesPerS + returnsPerS;
        double percent = percent();
        return Double.isNaN(percent) || hits == 0
                ? Optional.empty()
                : Optional.of(new ProbeCost(hits, percent / PERCENT * NS_PER_S / hits));
    }
}
