package io.goroscope.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.schemas.Topics;
import io.goroscope.testbed.output.ShopFunction;
import io.goroscope.testbed.output.ShopProcess;
import io.goroscope.testbed.output.ShopTraffic;
import io.goroscope.testbed.prometheus.PrometheusServer;
import io.goroscope.testbed.prometheus.PrometheusServer.Form;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What happened an hour ago is written to real Prometheus servers at its own time: to one that is empty, and to one that
 * has samples of now, and takes older ones by its out-of-order window.
 */
class RemoteWriteTest {

    private static final Topics TOPICS = new Topics("replayed.");
    private static final String RECEIVER = "--web.enable-remote-write-receiver";
    private static final long NS_PER_S = 1_000_000_000;
    private static final long HOUR_S = 3600;
    private static final int SECONDS = 40;
    private static final int FUNCTION = 1;
    private static final String LABELS =
            "{function=\"" + ShopFunction.ALL.get(FUNCTION).name() + "\"}";
    private static final String CALLS = "goroscope_calls_total" + LABELS;
    private static final String CLASSIC = "goroscope_call_duration_seconds_count" + LABELS;
    private static final String NATIVE = "histogram_count(goroscope_call_duration_seconds" + LABELS + ")";

    @TempDir
    private Path folder;

    private final long startS = System.currentTimeMillis() / 1000 - HOUR_S;
    private final List<Long> calls = new ArrayList<>();
    private final List<Long> paired = new ArrayList<>();

    @Test
    void shouldWriteWhatHappenedAnHourAgoAtItsTime() throws Exception {
        try (TestBroker broker = new TestBroker(folder.resolve("kafka"))) {
            broker.createTopics(TOPICS);
            publish(broker);
            SinkConfig config = SinkConfig.of(broker.bootstrapServers()).withTopics(TOPICS);
            try (Sink serving = Sink.start(config);
                    PrometheusServer empty =
                            PrometheusServer.start(folder.resolve("empty"), Form.BOTH, List.of(), RECEIVER);
                    PrometheusServer live =
                            PrometheusServer.start(folder.resolve("live"), Form.BOTH, serving.port(), RECEIVER)) {
                Wait.until("samples of now", () -> live.value("up{job=\"goroscope\"}") == 1);
                try (Sink one = Sink.start(config.withPush(to(empty)));
                        Sink other = Sink.start(config.withPush(to(live)))) {
                    check(empty, CALLS, calls);
                    check(empty, CLASSIC, paired);
                    check(empty, NATIVE, paired);
                    check(live, CALLS, calls);
                    check(live, CLASSIC, paired);
                    assertThat(live.value(CALLS)).as("now").isNaN();
                    assertThat(empty.valueAt("goroscope_target_info", end(SECONDS - 1)))
                            .isEqualTo(1);
                    assertThat(one.port()).isNotEqualTo(other.port());
                }
            }
        }
    }

    /** A second of calls in each of forty windows, and the end of the process. */
    private void publish(TestBroker broker) {
        ShopProcess process = new ShopProcess(3, "b1", startS * NS_PER_S);
        try (ShopTraffic traffic = new ShopTraffic(broker.bootstrapServers(), TOPICS, 8)) {
            traffic.names("b1", "");
            for (int i = 0; i < SECONDS; i++) {
                traffic.run(process, (startS + i) * NS_PER_S + NS_PER_S / 2, 1);
                calls.add(process.calls(FUNCTION));
                paired.add(process.paired(FUNCTION));
            }
            traffic.end(process, (startS + SECONDS) * NS_PER_S);
        }
    }

    private static PushTargets to(PrometheusServer server) {
        return PushTargets.NONE.withRemoteWrite(URI.create(server.url() + "/api/v1/write"));
    }

    /** End of a window, s since 1970. */
    private long end(int window) {
        return startS + window + 1;
    }

    private void check(PrometheusServer server, String expression, List<Long> expected) throws Exception {
        int last = expected.size() - 1;
        Wait.until(
                "the last sample of " + expression,
                () -> server.valueAt(expression, end(last)) == (double) expected.get(last));
        for (int i = 0; i < expected.size(); i++) {
            assertThat(server.valueAt(expression, end(i)))
                    .as("%s after second %d", expression, i)
                    .isEqualTo((double) expected.get(i));
        }
        assertThat(server.valueAt(expression, startS))
                .as("before the first call")
                .isNaN();
    }
}
