package io.goroscope.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalDouble;

/** The few calls of Prometheus' HTTP API that the demo makes. */
final class PrometheusApi {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();
    private final String url;

    /**
     * Calls the API of one Prometheus.
     *
     * @param url such as {@code http://127.0.0.1:9090}
     */
    PrometheusApi(String url) {
        this.url = url;
    }

    /** Whether it serves queries. */
    boolean isReady() throws InterruptedException {
        try {
            return get("/-/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** The first value of an instant query now; empty where there is none, or it is not a number. */
    OptionalDouble query(String promql) throws IOException, InterruptedException {
        JsonNode value = json.readTree(
                        get("/api/v1/query?query=" + encode(promql)).body())
                .at("/data/result/0/value/1");
        double number = value.asDouble(Double.NaN);
        return value.isMissingNode() || Double.isNaN(number) ? OptionalDouble.empty() : OptionalDouble.of(number);
    }

    /**
     * Asks for the last minutes of a query and forgets the answer.
     *
     * @return the HTTP status
     */
    int queryRange(String promql, Duration last, Duration step) throws IOException, InterruptedException {
        long end = System.currentTimeMillis() / 1000;
        String path = "/api/v1/query_range?query=" + encode(promql) + "&start=" + (end - last.toSeconds()) + "&end="
                + end + "&step=" + step.toSeconds();
        return get(path).statusCode();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(LIMIT).build();
        return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
