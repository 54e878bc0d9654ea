package io.goroscope.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.schemas.Topics;
import io.goroscope.testbed.output.ShopProcess;
import io.goroscope.testbed.output.ShopTraffic;
import io.goroscope.testbed.prometheus.MetricTable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is served is what docs/metrics.md promises to those who wrote queries of their own: the same names, types and labels. A
 * metric that is renamed, and a label that is removed, whichever it is, fails here.
 */
class MetricContractTest {

    private static final Topics TOPICS = new Topics("contract.");
    private static final Path PAGE = Path.of("..", "docs", "metrics.md");

    @TempDir
    private static Path folder;

    private static String text;

    @BeforeAll
    static void scrapeOnce() throws Exception {
        long now = System.currentTimeMillis() * 1_000_000;
        try (TestBroker broker = new TestBroker(folder.resolve("kafka"))) {
            broker.createTopics(TOPICS);
            try (ShopTraffic traffic = new ShopTraffic(broker.bootstrapServers(), TOPICS, 5)) {
                traffic.names("b1", "");
                traffic.run(new ShopProcess(4, "b1", now), now, 1);
            }
            try (Sink sink = Sink.start(SinkConfig.of(broker.bootstrapServers()).withTopics(TOPICS))) {
                Wait.until("ready", sink::ready);
                URI metrics = URI.create("http://localhost:" + sink.port() + "/metrics");
                text = HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                        .body();
            }
        }
    }

    private static Map<String, MetricTable.Metric> promised() throws IOException {
        return MetricTable.documented(Files.readString(PAGE))
                .without("goroscope_streams_")
                .without("goroscope_collector_")
                .metrics();
    }

    @Test
    void shouldServeWhatThePagePromises() throws Exception {
        assertThat(MetricTable.served(text).metrics()).isEqualTo(promised());
    }

    @Test
    void shouldNoticeEveryRenamedMetricAndEveryLabelThatIsGone() throws Exception {
        Map<String, MetricTable.Metric> promised = promised();
        int mutants = 0;
        for (Map.Entry<String, MetricTable.Metric> each : promised.entrySet()) {
            String name = each.getKey();
            String renamed = text.replaceAll("\\b" + name + "\\b", name.replace("goroscope_", "goroscope_other_"));
            assertThat(MetricTable.served(renamed).metrics()).as(name).isNotEqualTo(promised);
            mutants++;
            for (String label : each.getValue().labels()) {
                String without = text.replaceAll(
                        "(?m)^(" + name + "(?:_bucket|_sum|_count)?\\{(?:[^\\n]*,)?)" + label + "=\"[^\"]*\",?", "$1");
                assertThat(MetricTable.served(without).metrics())
                        .as("%s without %s", name, label)
                        .isNotEqualTo(promised);
                mutants++;
            }
        }
        assertThat(mutants).isGreaterThan(150);
    }
}
