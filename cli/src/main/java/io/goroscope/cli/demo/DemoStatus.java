package io.goroscope.cli.demo;

import java.util.Locale;

/**
 * How the demo stands.
 *
 * @param elapsedS since the probes are on, seconds
 * @param callsPerS exact calls a second, since the status before
 * @param eventsPerS events a second, since the status before
 * @param lost events lost since the start
 * @param pairs calls whose entry and return have been paired, as the output topics say
 * @param costPercent what the probes cost the traced program, percent of one CPU; NaN where unknown
 */
record DemoStatus(long elapsedS, double callsPerS, double eventsPerS, long lost, long pairs, double costPercent) {

    /** One line of at most 100 columns, and then the page's address. */
    String toLine(String pageUrl) {
        String cost = Double.isNaN(costPercent) ? "" : String.format(Locale.ROOT, "  probes %.1f %% CPU", costPercent);
        return String.format(
                Locale.ROOT,
                "%02d:%02d  %,.0f calls/s  %,.0f events/s  %,d lost  %,d pairs%s  %s",
                elapsedS / 60,
                elapsedS % 60,
                callsPerS,
                eventsPerS,
                lost,
                pairs,
                cost,
                pageUrl);
    }
}
