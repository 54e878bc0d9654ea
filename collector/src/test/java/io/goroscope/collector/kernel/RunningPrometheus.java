package io.goroscope.collector.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.GoPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Prometheus that scrapes nothing, until it is closed. */
final class RunningPrometheus implements AutoCloseable {

    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:(\\d{4,5})");
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(30);

    private final Process process;
    private final Path data;
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI address;

    private RunningPrometheus(Process process, Path data) {
        this.process = process;
        this.data = data;
        this.address = URI.create("http://127.0.0.1:" + port());
    }

    /** Starts it, and waits until it answers. */
    static RunningPrometheus start(Path data) throws IOException {
        Path config = Files.writeString(data.resolve("prometheus.yml"), "scrape_configs: []\n");
        Process process = new ProcessBuilder(
                        GoPrograms.prometheus().toString(),
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + data.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:0")
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("log").toFile())
                .start();
        try {
            RunningPrometheus prometheus = new RunningPrometheus(process, data);
            prometheus.get("/-/ready");
            return prometheus;
        } catch (RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    int pid() {
        return (int) process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** A request that it can answer. */
    void get(String path) {
        try {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(address.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A question that takes it some work. */
    void query() {
        get("/api/v1/query?query=rate(up%5B1m%5D)");
    }

    /** The port that it chose, once its log says so. */
    private String port() {
        long deadline = System.nanoTime() + LIMIT_NS;
        while (System.nanoTime() < deadline) {
            Matcher matcher = ADDRESS.matcher(log());
            if (log().contains("Server is ready") && matcher.find()) {
                return matcher.group(1);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        throw new IllegalStateException("prometheus is not ready: " + log());
    }

    private String log() {
        try {
            return Files.readString(data.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
