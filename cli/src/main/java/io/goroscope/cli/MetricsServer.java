package io.goroscope.cli;

import com.sun.net.httpserver.HttpExchange;
import io.goroscope.schemas.UserException;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/** What a part says of itself over HTTP: {@code /metrics} to Prometheus, and {@code /health} to people, in words. */
final class MetricsServer implements AutoCloseable {

    private static final String HEALTH = "/health";
    private static final int FOUND = 200;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private final HTTPServer server;

    /**
     * How a part fares.
     *
     * @param works false where it does its work no more
     * @param complaints what is wrong, a line each
     */
    record Health(boolean works, List<String> complaints) {

        String text() {
            String first = !works ? "failed" : complaints.isEmpty() ? "ok" : "degraded";
            return first + "\n" + String.join("\n", complaints) + (complaints.isEmpty() ? "" : "\n");
        }
    }

    private MetricsServer(HTTPServer server) {
        this.server = server;
    }

    /**
     * Begins to serve.
     *
     * @param metrics asked at each scrape
     * @param health asked at each look
     * @param port 0 for a free one
     * @throws UserException if the address cannot be had
     */
    static MetricsServer serve(
            Supplier<List<MetricSnapshot>> metrics, Supplier<Health> health, String address, int port) {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(() -> new MetricSnapshots(metrics.get()));
        try {
            return new MetricsServer(HTTPServer.builder()
                    .hostname(address)
                    .port(port)
                    .registry(registry)
                    .defaultHandler(exchange -> answer(exchange, health))
                    .buildAndStart());
        } catch (IOException e) {
            throw new UserException(
                    "cannot serve metrics on " + address + ":" + port + ": " + e.getMessage()
                            + "; choose another port, or 0 for a free one",
                    e);
        }
    }

    private static void answer(HttpExchange exchange, Supplier<Health> health) throws IOException {
        try (exchange) {
            int code = NOT_FOUND;
            String text = "there are /metrics and " + HEALTH + "\n";
            if (exchange.getRequestURI().getPath().equals(HEALTH)) {
                Health now = health.get();
                code = now.works() ? FOUND : UNAVAILABLE;
                text = now.text();
            }
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** The port that it serves on. */
    int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.stop();
    }
}
