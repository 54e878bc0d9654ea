package io.goroscope.testbed.prometheus;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A real Prometheus, as a child process, that scrapes every second. */
public final class PrometheusServer implements AutoCloseable {

    /** Which form of the histograms it has. */
    public enum Form {
        /** The native one alone, as a Prometheus keeps it that was told to. */
        NATIVE,
        /** The classic one alone: what a Prometheus has that knows no other. */
        CLASSIC,
        /** Both, by the sink's two paths. */
        BOTH
    }

    private static final String PROGRAM = "/usr/bin/prometheus";

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final long STOP_LIMIT_S = 20;
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final long MS_PER_S = 1000;
    private static final long POLL_NS = 50_000_000;

    private final Process process;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();

    private PrometheusServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts one that scrapes a sink, and returns when it answers. Started again on its folder, it has what it had.
     *
     * @param folder its configuration and data
     * @param sinkPort where the sink serves, on 127.0.0.1
     * @param flags further flags
     */
    public static PrometheusServer start(Path folder, Form form, int sinkPort, String... flags)
            throws IOException, InterruptedException {
        return start(folder, form, scrapes(form, sinkPort), flags);
    }

    /**
     * The same with scrapes of the caller's.
     *
     * @param scrapes entries of {@code scrape_configs}, YAML in flow style, one a line
     */
    public static PrometheusServer start(Path folder, Form form, List<String> scrapes, String... flags)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path config = Files.writeString(folder.resolve("prometheus.yml"), config(scrapes));
        int port = freePort();
        List<String> words = new ArrayList<>(List.of(
                PROGRAM,
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port,
                "--log.level=warn"));
        List<String> features = new ArrayList<>(List.of("exemplar-storage"));
        if (form != Form.CLASSIC) {
            features.add("native-histograms");
        }
        words.add("--enable-feature=" + String.join(",", features));
        words.addAll(List.of(flags));
        Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
        PrometheusServer server = new PrometheusServer(process, port);
        server.awaitReady();
        return server;
    }

    private static List<String> scrapes(Form form, int sinkPort) {
        String whole = "{job_name: goroscope, static_configs: [{targets: ['127.0.0.1:%d']}]}".formatted(sinkPort);
        String classic =
                "{job_name: goroscope-classic, metrics_path: /metrics/classic, static_configs: [{targets: ['127.0.0.1:%d']}]}"
                        .formatted(sinkPort);
        return form == Form.BOTH ? List.of(whole, classic) : List.of(whole);
    }

    /** With the repository's own rules. */
    private static String config(List<String> scrapes) {
        String rules = Dashboards.FOLDER
                .resolve("prometheus/rules/goroscope.yml")
                .toAbsolutePath()
                .toString();
        return """
                global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
                rule_files: ["%s"]
                storage: {tsdb: {out_of_order_time_window: 2h}}
                scrape_configs: [
                  %s
                ]
                """.formatted(rules, String.join(",\n  ", scrapes));
    }

    private void awaitReady() throws InterruptedException {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (status("/-/ready") != 200) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Prometheus is not ready within " + START_LIMIT);
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    /** Where it serves. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** The answer's {@code data} to an instant query. */
    public JsonNode query(String expression) throws IOException, InterruptedException {
        return get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    }

    /**
     * The answer's {@code data} to a range query with a step of a second.
     *
     * @param fromMs ms since 1970
     * @param toMs ms since 1970
     */
    public JsonNode range(String expression, long fromMs, long toMs) throws IOException, InterruptedException {
        return get("/api/v1/query_range?step=1&start=%d&end=%d&query=".formatted(fromMs / MS_PER_S, toMs / MS_PER_S)
                + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    }

    /**
     * The single value of an instant query at another time; NaN where it has no answer.
     *
     * @param timeS s since 1970
     */
    public double valueAt(String expression, long timeS) throws IOException, InterruptedException {
        JsonNode result = get("/api/v1/query?time=" + timeS + "&query="
                        + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .path("result");
        return result.size() == 1 ? result.get(0).path("value").path(1).asDouble() : Double.NaN;
    }

    /** The exemplars of all series in an expression, by Prometheus' own question for them. */
    public JsonNode exemplars(String expression, long fromMs, long toMs) throws IOException, InterruptedException {
        return get("/api/v1/query_exemplars?start=%d&end=%d&query=".formatted(fromMs / MS_PER_S, toMs / MS_PER_S + 1)
                + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    }

    /** The single value of an instant query; NaN where it has no answer. */
    public double value(String expression) throws IOException, InterruptedException {
        JsonNode result = query(expression).path("result");
        return result.size() == 1 ? result.get(0).path("value").path(1).asDouble() : Double.NaN;
    }

    /** The answer's {@code data} to a request of its API. */
    public JsonNode get(String path) throws IOException, InterruptedException {
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

    /** Ends it as a crash does: SIGKILL, nothing written that was not. */
    public void kill() {
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
