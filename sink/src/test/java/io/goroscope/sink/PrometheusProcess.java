package io.goroscope.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real Prometheus, as a child process, that scrapes every second. */
final class PrometheusProcess implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final long STOP_LIMIT_S = 20;

    private final Process process;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();

    PrometheusProcess(Path folder, Path config) throws Exception {
        this.port = freePort();
        this.process = new ProcessBuilder(
                        "/usr/bin/prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--enable-feature=native-histograms",
                        "--web.listen-address=127.0.0.1:" + port,
                        "--log.level=warn")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
        Wait.until("Prometheus is ready", () -> status("/-/ready") == 200);
    }

    /** The answer's {@code data} to an instant query. */
    JsonNode query(String expression) throws Exception {
        return get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    }

    /** The single value of an instant query; NaN where it has no answer. */
    double value(String expression) throws Exception {
        JsonNode result = query(expression).path("result");
        return result.size() == 1 ? result.get(0).path("value").path(1).asDouble() : Double.NaN;
    }

    JsonNode get(String path) throws Exception {
        String body = http.send(
                        HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString(StandardCharsets.UTF_8))
                .body();
        JsonNode answer = JSON.readTree(body);
        if (!answer.path("status").asText().equals("success")) {
            throw new AssertionError(path + ": " + body);
        }
        return answer.path("data");
    }

    private int status(String path) throws InterruptedException {
        if (!process.isAlive()) {
            throw new AssertionError("Prometheus ended with " + process.exitValue());
        }
        try {
            return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0; // not listening yet
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** A configuration with both jobs, the sink's two paths, and the project's own rules. */
    static Path config(Path folder, int sinkPort) throws IOException {
        return Files.writeString(folder.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
                rule_files: ["%2$s"]
                scrape_configs:
                  - job_name: goroscope
                    static_configs: [{targets: ["127.0.0.1:%1$d"]}]
                  - job_name: goroscope-classic
                    metrics_path: /metrics/classic
                    static_configs: [{targets: ["127.0.0.1:%1$d"]}]
                """.formatted(
                sinkPort,
                Dashboards.FOLDER.resolve("prometheus/rules/goroscope.yml").toAbsolutePath()));
    }

    /** Ends it as a crash does: SIGKILL, nothing written that was not. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .completeOnTimeout(process, STOP_LIMIT_S, TimeUnit.SECONDS)
                .join()
                .destroyForcibly();
    }
}
