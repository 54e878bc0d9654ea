package io.goroscope.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.goroscope.schemas.Topics;
import io.goroscope.testbed.output.ShopFunction;
import io.goroscope.testbed.output.ShopProcess;
import io.goroscope.testbed.output.ShopTraffic;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What arrives at an OTLP receiver, decoded by the protocol's published classes, is what {@code /metrics} serves. */
class OtlpExportTest {

    private static final Topics TOPICS = new Topics("otlp.");
    private static final int FUNCTION = 1;
    private static final String NAME = ShopFunction.ALL.get(FUNCTION).name();

    @TempDir
    private Path folder;

    private final AtomicReference<ExportMetricsServiceRequest> received = new AtomicReference<>();

    @Test
    void shouldSendWhatItServes() throws Exception {
        long now = System.currentTimeMillis() * 1_000_000;
        ShopProcess process = new ShopProcess(6, "b1", now);
        HttpServer receiver = receiver();
        try (TestBroker broker = new TestBroker(folder.resolve("kafka"))) {
            broker.createTopics(TOPICS);
            try (ShopTraffic traffic = new ShopTraffic(broker.bootstrapServers(), TOPICS, 9)) {
                traffic.names("b1", "abc");
                traffic.run(process, now, 2);
            }
            URI address = URI.create("http://127.0.0.1:" + receiver.getAddress().getPort());
            try (Sink sink = Sink.start(SinkConfig.of(broker.bootstrapServers())
                    .withTopics(TOPICS)
                    .withPush(PushTargets.NONE.withOtlp(address, Duration.ofMillis(200))))) {
                Wait.until(
                        "something arrives",
                        () -> received.get() != null && !metrics().isEmpty());

                NumberDataPoint calls = metric("goroscope_calls").getSum().getDataPointsList().stream()
                        .filter(point -> ofFunction(point.getAttributesList()))
                        .findFirst()
                        .orElseThrow();
                assertThat(calls.getAsDouble()).isEqualTo((double) process.calls(FUNCTION));
                assertThat(calls.getStartTimeUnixNano()).isEqualTo(now);
                assertThat(metric("goroscope_calls").getSum().getIsMonotonic()).isTrue();
                assertThat(metric("goroscope_calls").getSum().getAggregationTemporality())
                        .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
                assertThat(metric("goroscope_target_info").getGauge().getDataPointsCount())
                        .isEqualTo(1);
                checkHistogram(process, sink);
            }
        } finally {
            receiver.stop(0);
        }
    }

    /** Every bound of the classic form is one of the exponential form's, so the counts below it must be the same. */
    private void checkHistogram(ShopProcess process, Sink sink) throws Exception {
        ExponentialHistogramDataPoint point =
                metric("goroscope_call_duration_seconds").getExponentialHistogram().getDataPointsList().stream()
                        .filter(each -> ofFunction(each.getAttributesList()))
                        .findFirst()
                        .orElseThrow();
        assertThat(point.getCount()).isEqualTo(process.paired(FUNCTION));
        assertThat(point.getSum()).isEqualTo(process.sumNs(FUNCTION) / 1e9);
        assertThat(metric("goroscope_call_duration_seconds").getUnit()).isEqualTo("s");
        assertThat(point.getExemplarsList()).isNotEmpty().allSatisfy(exemplar -> assertThat(
                        attributes(exemplar.getFilteredAttributesList()))
                .containsKeys("goid", "epoch", "lane", "batch"));
        int compared = 0;
        for (String line : served(sink)) {
            if (line.startsWith("goroscope_call_duration_seconds_bucket{")
                    && line.contains("function=\"" + NAME + "\"")
                    && !line.contains("+Inf")) {
                double bound = Double.parseDouble(line.replaceAll(".*le=\"([^\"]*)\".*", "$1"));
                long below = 0;
                for (int i = 0; i < point.getPositive().getBucketCountsCount(); i++) {
                    int index = point.getPositive().getOffset() + i;
                    // OpenTelemetry: bucket i is (base^i, base^(i+1)], base 2^(2^-scale).
                    if ((index + 1) / Math.pow(2, point.getScale()) <= Math.log(bound) / Math.log(2) + 1e-9) {
                        below += point.getPositive().getBucketCounts(i);
                    }
                }
                assertThat((double) below)
                        .as(line)
                        .isEqualTo(Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(26);
    }

    private HttpServer receiver() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/metrics", exchange -> {
            try (exchange) {
                received.set(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody()));
                byte[] answer =
                        ExportMetricsServiceResponse.getDefaultInstance().toByteArray();
                exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
                exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
            }
        });
        server.start();
        return server;
    }

    private List<Metric> metrics() {
        return received.get().getResourceMetricsList().stream()
                .flatMap(resource -> resource.getScopeMetricsList().stream())
                .flatMap(scope -> scope.getMetricsList().stream())
                .toList();
    }

    private Metric metric(String name) {
        return metrics().stream()
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static boolean ofFunction(List<KeyValue> attributes) {
        return attributes(attributes).get("function").equals(NAME);
    }

    private static Map<String, String> attributes(List<KeyValue> attributes) {
        return attributes.stream().collect(Collectors.toMap(KeyValue::getKey, each -> each.getValue()
                .getStringValue()));
    }

    private static List<String> served(Sink sink) throws Exception {
        URI metrics = URI.create("http://localhost:" + sink.port() + "/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                .body()
                .lines()
                .toList();
    }
}
