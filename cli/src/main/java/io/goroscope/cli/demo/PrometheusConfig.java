package io.goroscope.cli.demo;

import java.util.Locale;

/**
 * Prometheus' configuration for the demo: it scrapes itself and the sink each second, and evaluates some rules, so that
 * there is work in it to be traced.
 *
 * @param version what it is written for
 * @param ownAddress where Prometheus serves, {@code host:port}
 * @param sinkAddress where the sink serves, {@code host:port}
 * @param jobAddress where the Streams job serves its metrics, {@code host:port}
 */
record PrometheusConfig(PrometheusVersion version, String ownAddress, String sinkAddress, String jobAddress) {

    static final String RULES_FILE = "rules.yml";

    /**
     * The configuration.
     *
     * <p>The sink is scraped twice: a Prometheus before 2.45 keeps only the native histogram of a scrape that has both
     * forms, so the classic one has a path of its own.
     */
    String toYaml() {
        String nativeForm = version.asksForNativeHistogramsInScrape() ? "    scrape_native_histograms: true\n" : "";
        return """
                global:
                  scrape_interval: 1s
                  scrape_timeout: 1s
                  evaluation_interval: 1s
                rule_files:
                  - %s
                scrape_configs:
                  - job_name: prometheus
                    static_configs:
                      - targets: ['%s']
                  - job_name: goroscope
                %s    static_configs:
                      - targets: ['%s']
                  - job_name: goroscope-classic
                    metrics_path: /metrics/classic
                    static_configs:
                      - targets: ['%s']
                  - job_name: goroscope-streams
                    static_configs:
                      - targets: ['%s']
                """.formatted(RULES_FILE, ownAddress, nativeForm, sinkAddress, sinkAddress, jobAddress);
    }

    /** Rules like those of many installations: rates and quantiles of Prometheus' own metrics, and of the traced calls. */
    String toRules() {
        StringBuilder rules = new StringBuilder("groups:\n");
        rule(
                rules,
                "http",
                "instance:http_requests:rate",
                "sum by (handler) (rate(prometheus_http_requests_total[15s]))");
        rule(
                rules,
                "http",
                "instance:http_latency:p99",
                "histogram_quantile(0.99, sum by (le, handler) (rate(prometheus_http_request_duration_seconds_bucket[15s])))");
        rule(rules, "tsdb", "instance:samples:rate", "rate(prometheus_tsdb_head_samples_appended_total[15s])");
        rule(rules, "tsdb", "instance:memory:ratio", "go_memstats_heap_inuse_bytes / go_memstats_heap_sys_bytes");
        rule(rules, "calls", "function:calls:rate", "sum by (function) (rate(goroscope_calls_total[5s]))");
        rule(
                rules,
                "calls",
                "function:call_duration:p99",
                "histogram_quantile(0.99, sum by (function) (rate(goroscope_call_duration_seconds[5s])))");
        return rules.toString();
    }

    private static void rule(StringBuilder rules, String group, String name, String query) {
        String head = "  - name: " + group + "\n    rules:\n";
        if (!rules.toString().contains(head)) {
            rules.append(head);
        }
        rules.append(String.format(Locale.ROOT, "      - record: %s%n        expr: %s%n", name, query));
    }
}
