package io.goroscope.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.testbed.output.ShopFunction;
import io.goroscope.testbed.output.ShopProcess;
import io.goroscope.testbed.output.ShopTraffic;
import io.goroscope.testbed.prometheus.PrometheusServer;
import io.goroscope.testbed.prometheus.PrometheusServer.Form;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SinkTest {

    private static final String BUILD = "b1d";
    private static final int SERVE = 0;
    private static final int COUNTED_ONLY = 9;

    /** The median of so many lies within a twentieth of the shop's. */
    private static final int ENOUGH_CALLS = 1500;

    private static final String SERVE_NAME = ShopFunction.ALL.get(SERVE).name();

    @TempDir
    private static Path folder;

    private static TestBroker broker;

    private int prefix;

    @BeforeAll
    static void startBroker() {
        broker = new TestBroker(folder.resolve("kafka"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private Topics topics(String name) throws Exception {
        Topics topics = new Topics(name + prefix++ + ".");
        broker.createTopics(topics);
        return topics;
    }

    private static SinkConfig config(Topics topics) {
        return SinkConfig.of(broker.bootstrapServers()).withTopics(topics);
    }

    @Test
    void shouldServeTheSumOverLanes() throws Exception {
        Topics topics = topics("sum");
        long now = System.currentTimeMillis() * 1_000_000;
        ShopProcess process = new ShopProcess(4242, BUILD, now);
        try (ShopTraffic traffic = traffic(topics)) {
            traffic.names(BUILD, "abc123");
            traffic.run(process, now, 2);
            traffic.run(process, now + 2_000_000_000L, 2);
            traffic.noise(process, now + 2_000_000_000L);
        }
        try (Sink sink = Sink.start(config(topics))) {
            Wait.until("ready", sink::ready);

            String text = scrape(sink, "/metrics").body();

            assertThat(value(text, "goroscope_calls_total", SERVE_NAME)).isEqualTo((double) process.calls(SERVE));
            assertThat(value(text, "goroscope_calls_total", "main.(*Cart).Len"))
                    .isEqualTo((double) process.calls(COUNTED_ONLY));
            assertThat(value(text, "goroscope_call_duration_seconds_count", SERVE_NAME))
                    .isEqualTo((double) process.paired(SERVE));
            assertThat(value(text, "goroscope_call_duration_seconds_sum", SERVE_NAME))
                    .isEqualTo(process.sumNs(SERVE) / 1e9);
            assertThat(text)
                    .contains("go_version=\"go1.26.8\"", "vcs_revision=\"abc123\"", "module=\"example.com/shop\"");
            assertThat(text).contains("caller=\"main.(*Cart).Add\"", "reason=\"panic\"");
            assertThat(text).contains("goroscope_sink_bad_records_total 1.0");
        }
    }

    @Test
    void shouldGoOnCountingWhenACollectorComesAgainAndEndWithTheProcess() throws Exception {
        Topics topics = topics("epochs");
        long now = System.currentTimeMillis() * 1_000_000;
        ShopProcess first = new ShopProcess(7, BUILD, now);
        ShopProcess second = new ShopProcess(7, BUILD, now + 1_000_000_000L);
        try (ShopTraffic traffic = traffic(topics);
                Sink sink = Sink.start(config(topics))) {
            traffic.names(BUILD, "");
            traffic.run(first, now, 2);
            traffic.run(second, now + 2_000_000_000L, 1);
            traffic.end(first, now + 3_000_000_000L);
            traffic.run(second, now + 4_000_000_000L, 1);
            long calls = first.calls(SERVE) + second.calls(SERVE);

            Wait.until("both epochs are summed", () -> served(sink) == calls);
            try (Sink another = Sink.start(config(topics))) {
                Wait.until("ready", another::ready);
                assertThat(served(another)).isEqualTo((double) calls);
            }

            traffic.end(second, now + 5_000_000_000L);
            Wait.until("the series ended", () -> Double.isNaN(served(sink)));
            assertThat(scrape(sink, "/metrics").body()).doesNotContain("goroscope_target_info{");
        }
    }

    @Test
    void shouldCutTheSameSeriesAfterARestartAndSayHowMany() throws Exception {
        Topics topics = topics("limit");
        long now = System.currentTimeMillis() * 1_000_000;
        try (ShopTraffic traffic = traffic(topics)) {
            traffic.names(BUILD, "");
            traffic.run(new ShopProcess(2, BUILD, now + 1), now, 1);
            traffic.run(new ShopProcess(1, BUILD, now), now, 1);
        }
        for (int round = 0; round < 2; round++) {
            try (Sink sink = Sink.start(config(topics).withSeriesLimit(ShopFunction.ALL.size()))) {
                Wait.until("ready", sink::ready);
                String text = scrape(sink, "/metrics").body();
                assertThat(text).contains("process=\"web-1/1-").contains("goroscope_sink_series{state=\"cut\"} ");
                assertThat(value(text, "goroscope_calls_total", "process=\"web-1/2-"))
                        .isNaN();
                assertThat(scrape(sink, "/metrics/classic").body()).doesNotContain("web-1/2-");
            }
        }
    }

    @Test
    void shouldGiveTheSameNumbersFromTwoSinksSideBySide() throws Exception {
        Topics topics = topics("pair");
        long now = System.currentTimeMillis() * 1_000_000;
        ShopProcess lasting = new ShopProcess(31, BUILD, now);
        ShopProcess ending = new ShopProcess(32, BUILD, now);
        try (ShopTraffic traffic = traffic(topics);
                Sink early = Sink.start(config(topics))) {
            traffic.names(BUILD, "abc123");
            for (int i = 1; i <= 20; i++) {
                traffic.run(lasting, now + i * 100_000_000L, 0.1);
                traffic.run(ending, now + i * 100_000_000L, 0.1);
            }
            traffic.end(ending, now + 3_000_000_000L);
            traffic.run(lasting, now + 3_100_000_000L, 0.1);
            Wait.until("the last step is read", () -> served(early) == lasting.calls(SERVE));
            try (Sink late = Sink.start(config(topics))) {
                Wait.until("ready", late::ready);

                Wait.until(
                        "the same metrics, one by one: "
                                + metrics(early, "/metrics").size(),
                        () -> metrics(early, "/metrics").equals(metrics(late, "/metrics"))
                                && metrics(early, "/metrics/classic").equals(metrics(late, "/metrics/classic")));
                assertThat(metrics(early, "/metrics")).hasSizeGreaterThan(200);
            }
        }
    }

    /** All lines but those about the sink itself and how long it has heard nothing. */
    private static Set<String> metrics(Sink sink, String path) throws Exception {
        return scrape(sink, path)
                .body()
                .lines()
                .filter(line -> !line.contains("goroscope_sink_") && !line.contains("goroscope_lane_stale"))
                .collect(Collectors.toSet());
    }

    @Test
    void shouldNotServeBeforeItHasCaughtUp() throws Exception {
        Topics topics = topics("ready");
        try (Sink sink = Sink.start(config(topics))) {
            HttpResponse<String> early = scrape(sink, "/metrics");
            if (!sink.ready()) {
                assertThat(early.statusCode()).isEqualTo(503);
            }
            Wait.until("ready", sink::ready);
            assertThat(scrape(sink, "/metrics").statusCode()).isEqualTo(200);
            assertThat(scrape(sink, "/-/ready").statusCode()).isEqualTo(200);
            assertThat(scrape(sink, "/metrics/nothing").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void shouldSayWhatIsMissing() throws Exception {
        assertThatThrownBy(() -> Sink.start(config(new Topics("absent."))))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("absent.goroscope.")
                .hasMessageContaining("goroscope topics --create");
        Topics topics = topics("port");
        try (Sink sink = Sink.start(config(topics))) {
            assertThatThrownBy(() -> Sink.start(config(topics).withAddress("localhost", sink.port())))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("localhost:" + sink.port());
        }
    }

    @Test
    void shouldAnswerBothQuantileFormsThroughPrometheusUntilTheProcessEnds() throws Exception {
        Topics topics = topics("prometheus");
        Path home = folder.resolve("prometheus");
        ShopProcess process = new ShopProcess(9, BUILD, System.currentTimeMillis() * 1_000_000);
        try (ShopTraffic traffic = traffic(topics);
                Sink sink = Sink.start(config(topics))) {
            traffic.names(BUILD, "");
            try (PrometheusServer prometheus = PrometheusServer.start(home, Form.BOTH, sink.port())) {
                String select = "{function=\"" + SERVE_NAME + "\"}[30s]";
                String whole = "histogram_quantile(0.5, sum(rate(goroscope_call_duration_seconds" + select + ")))";
                String classic = "histogram_quantile(0.5, sum by (le) (rate(goroscope_call_duration_seconds_bucket"
                        + select + ")))";
                String count = "histogram_count(sum(increase(goroscope_call_duration_seconds" + select + ")))";
                Wait.until("both forms answer about enough calls", () -> {
                    traffic.run(process, System.currentTimeMillis() * 1_000_000, 1);
                    return prometheus.value(count) > ENOUGH_CALLS && prometheus.value(classic) > 0;
                });
                // The shop's median is 7.5 ms; a bucket of the native form is 9 % wide, one of the classic form 100 %.
                assertThat(prometheus.value(whole)).isBetween(0.0066, 0.0085);
                assertThat(prometheus.value(classic)).isBetween(0.0039, 0.0157);

                // With the process' end its series end too: at the next scrape, not five minutes later.
                String calls = "goroscope_calls_total{function=\"" + SERVE_NAME + "\"}";
                assertThat(prometheus.value(calls)).isPositive();
                traffic.end(process, System.currentTimeMillis() * 1_000_000);
                Wait.until(
                        "the series are stale",
                        () -> Double.isNaN(prometheus.value(calls))
                                && Double.isNaN(prometheus.value(
                                        "goroscope_call_duration_seconds{function=\"" + SERVE_NAME + "\"}")));
                assertThat(prometheus.value("up{job=\"goroscope\"}")).isEqualTo(1);
            }
        }
    }

    private static ShopTraffic traffic(Topics topics) {
        return new ShopTraffic(
                broker.bootstrapServers(), topics, topics.prefix().hashCode());
    }

    private static double served(Sink sink) throws Exception {
        return value(scrape(sink, "/metrics").body(), "goroscope_calls_total", SERVE_NAME);
    }

    private static HttpResponse<String> scrape(Sink sink, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + sink.port() + path))
                                .build(),
                        BodyHandlers.ofString());
    }

    /** The value of the one line of a metric that contains a text; NaN where there is none. */
    private static double value(String text, String metric, String contains) {
        return text.lines()
                .filter(line -> line.startsWith(metric + "{") && line.contains(contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }
}
