package io.goroscope.sink;

import io.goroscope.schemas.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** A sink in a process of its own, so that it can be killed. */
final class SinkProcess {

    private final Process process;
    private final int port;

    private SinkProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts one; returns before it is ready. */
    static SinkProcess start(String bootstrapServers, Topics topics, int port, Path log) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        classPath,
                        SinkProcess.class.getName(),
                        bootstrapServers,
                        topics.prefix(),
                        Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new SinkProcess(process, port);
    }

    /** Whether it serves. */
    Callable<Boolean> ready() {
        return () -> {
            if (!process.isAlive()) {
                throw new AssertionError("the sink ended with " + process.exitValue());
            }
            try {
                URI uri = URI.create("http://localhost:" + port + "/-/ready");
                return HttpClient.newHttpClient()
                                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                                .statusCode()
                        == 200;
            } catch (IOException e) {
                return false; // not listening yet
            }
        };
    }

    /** Ends it as a crash does: SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** The child: brokers, prefix of the topics, port. */
    public static void main(String... arguments) throws InterruptedException {
        SinkConfig config = SinkConfig.of(arguments[0])
                .withTopics(new Topics(arguments[1]))
                .withAddress("localhost", Integer.parseInt(arguments[2]));
        try (Sink sink = Sink.start(config)) {
            sink.join();
        }
    }
}
