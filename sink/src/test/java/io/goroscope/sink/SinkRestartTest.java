package io.goroscope.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.schemas.Topics;
import io.goroscope.testbed.output.ShopFunction;
import io.goroscope.testbed.output.ShopProcess;
import io.goroscope.testbed.output.ShopTraffic;
import io.goroscope.testbed.prometheus.PrometheusServer;
import io.goroscope.testbed.prometheus.PrometheusServer.Form;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sink and Prometheus are killed together, ten times in a minute, while calls go on. What Prometheus says then of the
 * whole time is what the program counted: a restart is neither a reset nor a loss.
 */
class SinkRestartTest {

    private static final Topics TOPICS = new Topics("restart.");
    private static final int RESTARTS = 10;
    private static final Duration WHOLE_TIME = Duration.ofSeconds(60);
    private static final long STEP_NS = 100_000_000;

    /** Linux hands out 32768 and above, by ip_local_port_range. */
    private static final int FIRST_STEADY_PORT = 20_000;

    private static final int LAST_STEADY_PORT = 30_000;
    private static final int FUNCTION = 1;
    private static final String LABELS =
            "{function=\"" + ShopFunction.ALL.get(FUNCTION).name() + "\"}";
    private static final String CALLS = "goroscope_calls_total" + LABELS;
    private static final String NATIVE = "goroscope_call_duration_seconds" + LABELS;
    private static final String CLASSIC = "goroscope_call_duration_seconds_count" + LABELS;

    @TempDir
    private Path folder;

    private final ShopProcess process = new ShopProcess(21, "b1", System.currentTimeMillis() * 1_000_000);
    private SinkProcess sink;
    private PrometheusServer prometheus;
    private volatile boolean stopped;

    @Test
    void shouldCountOnThroughTenRestartsInAMinute() throws Exception {
        int port = steadyPort();
        Path home = folder.resolve("prometheus");
        try (TestBroker broker = new TestBroker(folder.resolve("kafka"))) {
            broker.createTopics(TOPICS);
            try (ShopTraffic traffic = new ShopTraffic(broker.bootstrapServers(), TOPICS, 3)) {
                traffic.names(process.buildId(), "");
                // So long that each function was surely called.
                traffic.run(process, System.currentTimeMillis() * 1_000_000, 1);
                start(broker, port, home);
                Wait.until("a first sample", () -> sampled(CALLS, process.calls(FUNCTION)));
                long before = process.calls(FUNCTION);
                long pairedBefore = process.paired(FUNCTION);

                long begin = System.nanoTime();
                Thread load = new Thread(() -> callUntilStopped(traffic), "load");
                load.start();
                try {
                    for (int i = 1; i <= RESTARTS; i++) {
                        long next = begin + WHOLE_TIME.toNanos() * i / (RESTARTS + 1);
                        Wait.until("time for restart " + i, () -> System.nanoTime() > next);
                        sink.kill();
                        prometheus.kill();
                        start(broker, port, home);
                    }
                    Wait.until("the end of the minute", () -> System.nanoTime() - begin > WHOLE_TIME.toNanos());
                } finally {
                    stopped = true;
                    load.join();
                }

                Wait.until("the last sample", () -> sampled(CALLS, process.calls(FUNCTION)));
                assertThat(increase(CALLS)).isEqualTo((double) (process.calls(FUNCTION) - before));
                assertThat(increase(CLASSIC)).isEqualTo((double) (process.paired(FUNCTION) - pairedBefore));
                assertThat(increase(NATIVE)).isEqualTo((double) (process.paired(FUNCTION) - pairedBefore));
                assertThat(prometheus.value("resets(" + CALLS + "[5m])")).isZero();
                assertThat(prometheus.value("resets(" + NATIVE + "[5m])")).isZero();
            } finally {
                sink.kill();
                prometheus.close();
            }
        }
    }

    /** A free port below those that the kernel hands out, so that nobody is given it while the sink is away. */
    private static int steadyPort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_STEADY_PORT, LAST_STEADY_PORT);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // taken: another one
            }
        }
    }

    private void start(TestBroker broker, int port, Path home) throws Exception {
        sink = SinkProcess.start(broker.bootstrapServers(), TOPICS, port, folder.resolve("sink.log"));
        prometheus = PrometheusServer.start(home, Form.BOTH, port);
        Wait.until("the sink is ready", sink.ready());
    }

    private void callUntilStopped(ShopTraffic traffic) {
        while (!stopped) {
            step(traffic);
            LockSupport.parkNanos(STEP_NS);
        }
    }

    /** A tenth of a second of calls. */
    private void step(ShopTraffic traffic) {
        traffic.run(process, System.currentTimeMillis() * 1_000_000, STEP_NS / 1e9);
    }

    private boolean sampled(String series, long value) throws Exception {
        return prometheus.value(series) == value
                && prometheus.value("histogram_count(" + NATIVE + ")") > 0
                && prometheus.value("histogram_count(" + NATIVE + ")") == process.paired(FUNCTION)
                && prometheus.value(CLASSIC) == process.paired(FUNCTION);
    }

    /** {@code increase()} from the series' first sample to its last, so that nothing is extrapolated over the ends. */
    private double increase(String series) throws Exception {
        JsonNode all = prometheus.query(series + "[5m]").path("result").path(0);
        JsonNode samples = all.has("values") ? all.path("values") : all.path("histograms");
        long firstMs = Math.round(samples.path(0).path(0).asDouble() * 1000);
        long lastMs = Math.round(samples.path(samples.size() - 1).path(0).asDouble() * 1000);
        String expression = (all.has("values") ? "increase(%s[%dms])" : "histogram_count(increase(%s[%dms]))")
                .formatted(series, lastMs - firstMs);
        JsonNode result = prometheus
                .get("/api/v1/query?time=%.3f&query=".formatted(lastMs / 1e3)
                        + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .path("result");
        assertThat(result).hasSize(1);
        System.out.printf(
                Locale.ROOT,
                "%s = %s over %d samples in %.1f s%n",
                expression,
                result.get(0).path("value").path(1).asText(),
                samples.size(),
                (lastMs - firstMs) / 1e3);
        return Math.rint(result.get(0).path("value").path(1).asDouble() * 1e6) / 1e6;
    }
}
