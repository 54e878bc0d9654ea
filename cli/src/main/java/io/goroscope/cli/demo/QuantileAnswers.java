package io.goroscope.cli.demo;

import java.io.IOException;
import java.util.OptionalDouble;

/** What Prometheus itself answers about the traced calls, by the native and by the classic form of the histogram. */
final class QuantileAnswers {

    private static final double NS_PER_S = 1e9;
    private static final String NATIVE = "histogram_quantile(0.99, sum(rate(goroscope_call_duration_seconds[30s])))";
    private static final String CLASSIC =
            "histogram_quantile(0.99, sum by (le) (rate(goroscope_call_duration_seconds_bucket[30s])))";

    private QuantileAnswers() {}

    /** One line. */
    static String ask(PrometheusApi api) {
        try {
            return "Prometheus' own p99 of all calls in the last 30 s: " + text(api.query(NATIVE))
                    + " (native histogram), " + text(api.query(CLASSIC)) + " (classic)";
        } catch (IOException e) {
            return "Prometheus did not answer: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted while asking Prometheus";
        }
    }

    private static String text(OptionalDouble seconds) {
        return seconds.isEmpty() ? "none yet" : DemoSummary.time(seconds.getAsDouble() * NS_PER_S);
    }
}
