package io.goroscope.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.cli.broker.FreePort;
import io.goroscope.schemas.UserException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class PrometheusProcessTest {

    private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    private Path folder;

    static boolean hasPrometheus() {
        return PROMETHEUS.toFile().canExecute();
    }

    @Test
    @EnabledIf(value = "hasPrometheus", disabledReason = "needs " + "/usr/bin/prometheus")
    void shouldScrapeItselfEvaluateRulesAndEndWithItsOwner() throws Exception {
        int port = FreePort.find();
        String own = "127.0.0.1:" + port;
        PrometheusVersion version = PrometheusProcess.version(PROMETHEUS);
        PrometheusConfig config = new PrometheusConfig(version, own, "127.0.0.1:1", "127.0.0.1:1");
        long pid;
        try (PrometheusProcess prometheus = PrometheusProcess.start(PROMETHEUS, folder, port, config)) {
            pid = prometheus.pid();
            PrometheusApi api = new PrometheusApi(prometheus.url());
            await(prometheus, api::isReady);
            await(prometheus, () -> api.query("up{job='prometheus'}").orElse(0) == 1);
            await(prometheus, () -> api.query("instance:samples:rate").orElse(0) > 0);
            assertThat(Path.of("/proc/" + pid + "/exe").toRealPath()).isEqualTo(PROMETHEUS.toRealPath());
        }
        assertThat(ProcessHandle.of(pid)).isEmpty();
    }

    @Test
    @EnabledIf(value = "hasPrometheus", disabledReason = "needs " + "/usr/bin/prometheus")
    void shouldSayWhyItEnded() throws Exception {
        PrometheusVersion version = PrometheusProcess.version(PROMETHEUS);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            PrometheusConfig config = new PrometheusConfig(version, "127.0.0.1:" + port, "127.0.0.1:1", "127.0.0.1:1");
            try (PrometheusProcess prometheus = PrometheusProcess.start(PROMETHEUS, folder, port, config)) {
                assertThatThrownBy(() -> await(prometheus, () -> false))
                        .isInstanceOf(UserException.class)
                        .hasMessageContaining("Prometheus ended with code 1")
                        .hasMessageContaining("address already in use");
            }
        }
    }

    @Test
    void shouldRefuseAProgramThatIsNoPrometheus() {
        assertThatThrownBy(() -> PrometheusProcess.version(Path.of("/bin/cat")))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("/bin/cat is no Prometheus: --version printed \"cat");
    }

    private static void await(PrometheusProcess prometheus, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + LIMIT_NS;
        while (!condition.call()) {
            prometheus.checkAlive();
            assertThat(System.nanoTime()).as("time limit").isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
