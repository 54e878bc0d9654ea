package io.goroscope.sink;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.goroscope.schemas.UserException;
import io.goroscope.sink.export.Exposition;
import io.goroscope.sink.feed.FeedStatus;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The port of the sink: {@code /metrics}, {@code /metrics/classic}, {@code /-/ready}, {@code /-/healthy}.
 *
 * <p>Until the feed has caught up, metrics answer 503: a Prometheus that scraped half of the totals would see counters
 * jump, and one that scrapes nothing sees a gap, which is the truth.
 */
final class MetricsServer implements AutoCloseable {

    private static final int THREADS = 4;

    private final HttpServer server;
    private final ExecutorService threads;
    private final FeedStatus feed;

    private MetricsServer(HttpServer server, ExecutorService threads, FeedStatus feed) {
        this.server = server;
        this.threads = threads;
        this.feed = feed;
    }

    static MetricsServer start(String host, int port, Exposition exposition, FeedStatus feed) {
        HttpServer http = bind(host, port);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "goroscope-sink-http");
            thread.setDaemon(true);
            return thread;
        });
        MetricsServer server = new MetricsServer(http, threads, feed);
        http.setExecutor(threads);
        http.createContext("/metrics", server.whenReady("/metrics", new MetricsHandler(exposition.complete())));
        http.createContext(
                "/metrics/classic", server.whenReady("/metrics/classic", new MetricsHandler(exposition.classic())));
        http.createContext("/-/healthy", server::healthy);
        http.createContext("/-/ready", server::readiness);
        http.createContext("/", exchange -> answer(exchange, 404, "not found; try /metrics\n"));
        http.start();
        return server;
    }

    private static HttpServer bind(String host, int port) {
        try {
            return HttpServer.create(new InetSocketAddress(host, port), 0);
        } catch (IOException e) {
            throw new UserException(
                    "cannot serve metrics on " + host + ":" + port + ": " + e.getMessage()
                            + "; choose another port, or 0 for a free one",
                    e);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    private HttpHandler whenReady(String path, HttpHandler metrics) {
        return exchange -> {
            if (!exchange.getRequestURI().getPath().equals(path)) {
                answer(exchange, 404, "not found; try /metrics\n");
            } else if (!feed.caughtUp()) {
                readiness(exchange);
            } else {
                metrics.handle(exchange);
            }
        };
    }

    private void healthy(HttpExchange exchange) throws IOException {
        RuntimeException failure = feed.failure();
        if (failure == null) {
            answer(exchange, 200, "healthy\n");
        } else {
            answer(exchange, 503, "reading from Kafka ended: " + failure.getMessage() + "\n");
        }
    }

    private void readiness(HttpExchange exchange) throws IOException {
        if (feed.caughtUp()) {
            answer(exchange, 200, "ready\n");
        } else if (feed.failure() != null) {
            healthy(exchange);
        } else {
            answer(exchange, 503, "reading the topics: records=%d\n".formatted(feed.records()));
        }
    }

    private static void answer(HttpExchange exchange, int code, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        try (exchange) {
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
