package io.goroscope.cli.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Somebody who looks at a dashboard: asks Prometheus for a few ranges each second, one after the other, so that a traced
 * Prometheus has queries to answer. It never has more than one query open.
 */
final class QueryLoad implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(QueryLoad.class);
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration LAST = Duration.ofMinutes(2);
    private static final Duration STEP = Duration.ofSeconds(2);
    private static final List<String> QUERIES = List.of(
            "sum by (handler) (rate(prometheus_http_requests_total[15s]))",
            "histogram_quantile(0.99, sum by (le) (rate(prometheus_http_request_duration_seconds_bucket[15s])))",
            "topk(5, rate(go_gc_duration_seconds_sum[30s]))",
            "rate(prometheus_tsdb_head_samples_appended_total[15s])");

    private final PrometheusApi api;
    private final Thread thread;

    private QueryLoad(PrometheusApi api) {
        this.api = api;
        this.thread = new Thread(this::run, "goroscope-demo-queries");
        thread.setDaemon(true);
    }

    static QueryLoad start(PrometheusApi api) {
        QueryLoad load = new QueryLoad(api);
        load.thread.start();
        return load;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            for (int i = 0; ; i = (i + 1) % QUERIES.size()) {
                try {
                    api.queryRange(QUERIES.get(i), LAST, STEP);
                } catch (IOException e) {
                    LOG.debug("a query failed", e);
                }
                Thread.sleep(PAUSE.toMillis());
            }
        } catch (InterruptedException e) {
            LOG.trace("asked to end", e);
        }
    }
}
