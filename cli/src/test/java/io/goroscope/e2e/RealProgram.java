package io.goroscope.e2e;

import io.goroscope.testbed.DebianPackages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server that nobody here wrote, running; closing it ends it. */
final class RealProgram implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SUITE = "bookworm";

    private final Path binary;
    private final Process process;
    private final HttpRequest request;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private RealProgram(Path binary, Process process, HttpRequest request) {
        this.binary = binary;
        this.process = process;
        this.request = request;
    }

    /** Debian's Prometheus, which scrapes itself and answers queries about that. */
    static RealProgram prometheus(Path folder) throws IOException {
        int port = freePort();
        Path config = Files.writeString(folder.resolve("prometheus.yml"), """
                scrape_configs:
                  - job_name: self
                    scrape_interval: 1s
                    static_configs: [{targets: ['127.0.0.1:%d']}]
                """.formatted(port));
        return start(
                Path.of("/usr/bin/prometheus"),
                folder,
                get(port, "/api/v1/query?query=rate(prometheus_http_requests_total%5B1m%5D)"),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port);
    }

    /** Debian's etcd, of which keys are read. */
    static RealProgram etcd(Path folder) throws IOException {
        int port = freePort();
        String client = "http://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + freePort();
        HttpRequest range = HttpRequest.newBuilder(URI.create(client + "/v3/kv/range"))
                .timeout(LIMIT)
                .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"Zm9v\"}"))
                .build();
        return start(
                DebianPackages.unpacked(SUITE, List.of("etcd-server")).resolve("usr/bin/etcd"),
                folder,
                range,
                "--data-dir=" + folder.resolve("etcd"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer);
    }

    /** Debian's Caddy, which answers with a constant. */
    static RealProgram caddy(Path folder) throws IOException {
        int port = freePort();
        return start(
                DebianPackages.unpacked(SUITE, List.of("caddy")).resolve("usr/bin/caddy"),
                folder,
                get(port, "/"),
                "respond",
                "--listen",
                "127.0.0.1:" + port,
                "hello");
    }

    private static RealProgram start(Path binary, Path folder, HttpRequest request, String... arguments)
            throws IOException {
        List<String> words = new ArrayList<>(List.of(arguments));
        words.add(0, binary.toString());
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().put("HOME", folder.toString());
        RealProgram program = new RealProgram(binary, builder.start(), request);
        try {
            program.awaitReady(folder);
            return program;
        } catch (RuntimeException e) {
            program.close();
            throw e;
        }
    }

    private void awaitReady(Path folder) throws IOException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!isAnswered()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new IllegalStateException("it does not answer: " + Files.readString(folder.resolve("log")));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    /** Sends one request. True where it was answered well. */
    boolean isAnswered() {
        return isAnswered(request);
    }

    /** The same for another path of the server. */
    boolean isAnswered(String method, String path) {
        return isAnswered(HttpRequest.newBuilder(request.uri().resolve(path))
                .timeout(LIMIT)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build());
    }

    /** A connection for more of the same request. */
    PlainConnection connect() throws IOException {
        return new PlainConnection(request.uri());
    }

    private boolean isAnswered(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    Path binary() {
        return binary;
    }

    String pid() {
        return String.valueOf(process.pid());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    private static HttpRequest get(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(LIMIT)
                .build();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("there is no free port", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
