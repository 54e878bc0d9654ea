package io.goroscope.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.schemas.Topics;
import io.goroscope.testbed.output.ShopFunction;
import io.goroscope.testbed.output.ShopProcess;
import io.goroscope.testbed.output.ShopTraffic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every query of every dashboard and rule is asked of a real Prometheus that scrapes a real sink: it must answer with
 * data, and with the labels that the panel shows. A metric that is renamed or a label that is gone fails here.
 */
class DashboardQueriesTest {

    private static final Topics TOPICS = new Topics("dashboards.");
    private static final Pattern LEGEND_LABEL = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern OUTER_BY =
            Pattern.compile("^(?:topk\\(\\d+,\\s*)?(?:sum|max|count|group) by \\(([^)]*)\\)");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");
    private static final Pattern THRESHOLD = Pattern.compile("\\s*(>|==|<)\\s*[\\d.]+\\s*$");
    private static final String FUNCTION = ShopFunction.ALL.get(1).name();
    private static final long NS_PER_MS = 1_000_000;

    @TempDir
    private static Path folder;

    private static TestBroker broker;
    private static ShopTraffic traffic;
    private static Sink sink;
    private static PrometheusProcess prometheus;
    private static long startedMs;

    @BeforeAll
    static void scrapeForAWhile() throws Exception {
        broker = new TestBroker(folder.resolve("kafka"));
        broker.createTopics(TOPICS);
        traffic = new ShopTraffic(broker.bootstrapServers(), TOPICS, 7);
        sink = Sink.start(SinkConfig.of(broker.bootstrapServers()).withTopics(TOPICS));
        Path home = Files.createDirectories(folder.resolve("prometheus"));
        prometheus = new PrometheusProcess(home, PrometheusProcess.config(home, sink.port()));
        startedMs = System.currentTimeMillis();
        List<ShopProcess> processes = new ArrayList<>();
        for (String build : List.of("b1", "b2")) {
            traffic.names(build, "rev-" + build);
            processes.add(new ShopProcess(build.equals("b1") ? 11 : 12, build, startedMs * NS_PER_MS));
        }
        // Ten seconds of data, and what is asked for at an offset lies five seconds back.
        Wait.until("Prometheus has enough", () -> {
            for (ShopProcess each : processes) {
                traffic.run(each, System.currentTimeMillis() * NS_PER_MS, 0.2);
            }
            return prometheus.value("min(count_over_time(goroscope_calls_total[30s]))") > 14;
        });
    }

    @AfterAll
    static void stop() {
        prometheus.close();
        sink.close();
        traffic.close();
        broker.close();
    }

    @Test
    void shouldAnswerEveryQueryOfEveryPanel() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (Dashboards.Query query : Dashboards.queries()) {
            // A new build is an event of one moment: look at the whole time.
            JsonNode result = query.panel().startsWith("annotation")
                    ? range(filled(query.expression()))
                    : prometheus.query(filled(query.expression())).path("result");
            String problem = problem(query, result);
            if (problem != null) {
                wrong.add(problem + ": " + query);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(Dashboards.queries()).hasSizeGreaterThan(60);
    }

    @Test
    void shouldAnswerByTheNativeAndByTheClassicFormAlone() throws Exception {
        int asked = 0;
        for (Dashboards.Query query : Dashboards.queries()) {
            String[] forms = query.expression().split("\nor\n", -1);
            for (String form : forms.length == 2 && !query.expression().startsWith("topk") ? forms : new String[0]) {
                assertThat(problem(query, prometheus.query(filled(form)).path("result")))
                        .as(form)
                        .isNull();
                asked++;
            }
        }
        assertThat(asked).isGreaterThan(30);
    }

    @Test
    void shouldGiveEveryVariableItsValues() throws Exception {
        int variables = 0;
        for (Path file : Dashboards.files()) {
            for (JsonNode each : Dashboards.read(file).path("templating").path("list")) {
                if (each.path("type").asText().equals("query")) {
                    Matcher values =
                            LABEL_VALUES.matcher(each.path("definition").asText());
                    assertThat(values.matches())
                            .as(each.path("definition").asText())
                            .isTrue();
                    JsonNode labels = prometheus
                            .query("group by (" + values.group(2) + ") (" + filled(values.group(1)) + ")")
                            .path("result");
                    assertThat(labels).isNotEmpty();
                    assertThat(labels.path(0)
                                    .path("metric")
                                    .path(values.group(2))
                                    .asText())
                            .isNotEmpty();
                    variables++;
                }
            }
        }
        assertThat(variables).isGreaterThanOrEqualTo(7);
    }

    @Test
    void shouldAnswerEveryAlertWithDataBesideItsThreshold() throws Exception {
        JsonNode rules = prometheus.get("/api/v1/rules").path("groups").path(0).path("rules");
        assertThat(rules.size()).isGreaterThan(8);
        for (JsonNode rule : rules) {
            assertThat(rule.path("health").asText())
                    .as(rule.path("name").asText())
                    .isIn("ok", "unknown");
            String expression = THRESHOLD.matcher(rule.path("query").asText()).replaceFirst("");
            assertThat(expression).isNotEqualTo(rule.path("query").asText());
            JsonNode result = prometheus.query(expression).path("result");
            assertThat(result).as(expression).isNotEmpty();
            String annotations = rule.path("annotations").toString();
            Matcher label = Pattern.compile("\\$labels\\.(\\w+)").matcher(annotations);
            while (label.find()) {
                assertThat(result.path(0).path("metric").path(label.group(1)).asText())
                        .as("%s of %s", label.group(1), rule.path("name"))
                        .isNotEmpty();
            }
        }
    }

    @Test
    void shouldPassPromtool() throws Exception {
        promtool("check", "rules", "rules/goroscope.yml");
        promtool("test", "rules", "rules_test.yml");
        String config = Files.readString(Dashboards.FOLDER.resolve("prometheus/prometheus.yml"));
        // Debian's promtool is of 2.42, which does not know the key that 3.9 asks for; the rest it can judge.
        String older = Files.readString(Dashboards.FOLDER.resolve("prometheus/prometheus-2.yml"));
        assertThat(config).contains("    scrape_native_histograms: true\n");
        assertThat(older.substring(older.indexOf("global:")))
                .isEqualTo(config.substring(config.indexOf("global:"))
                        .replace("    scrape_native_histograms: true\n", ""));
        promtool("check", "config", "prometheus-2.yml");
    }

    private static void promtool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(Dashboards.FOLDER.resolve("prometheus").toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    /** Grafana's variables with what they may stand for here. */
    private static String filled(String expression) {
        return expression
                .replace("$__rate_interval", "8s")
                .replace("$__range", "15s")
                .replace("$__interval", "1s")
                .replace("offset 1d", "offset 5s")
                .replace("offset 1w", "offset 5s")
                .replace("=~\"$service\"", "=~\"shop\"")
                .replace("=~\"$process\"", "=~\".+\"")
                .replace("=\"$function\"", "=\"" + FUNCTION + "\"");
    }

    private static JsonNode range(String expression) throws Exception {
        return prometheus
                .get("/api/v1/query_range?step=1&start=" + startedMs / 1000 + "&end="
                        + System.currentTimeMillis() / 1000 + "&query="
                        + java.net.URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .path("result");
    }

    /** What is wrong with an answer, or null. */
    private static String problem(Dashboards.Query query, JsonNode result) {
        if (result.isEmpty()) {
            return "no data";
        }
        JsonNode first = result.path(0);
        List<String> labels = new ArrayList<>();
        Matcher legend = LEGEND_LABEL.matcher(query.legend());
        while (legend.find()) {
            labels.add(legend.group(1));
        }
        Matcher by = OUTER_BY.matcher(query.expression());
        if (by.find()) {
            labels.addAll(List.of(by.group(1).split(", ")));
        }
        for (String label : labels) {
            if (first.path("metric").path(label).asText().isEmpty()) {
                return "no label " + label;
            }
        }
        for (JsonNode each : result) {
            if (each.has("histogram")
                    || !each.path("value")
                            .path(1)
                            .asText("0")
                            .toLowerCase(Locale.ROOT)
                            .equals("nan")) {
                return null;
            }
        }
        return "nothing but NaN";
    }
}
