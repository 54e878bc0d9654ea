package io.goroscope.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.testbed.prometheus.Dashboards;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rules of Grafana's dashboard-linter (its docs/index.md), but for those about the labels {@code job} and {@code
 * instance}: these are the scrape's own here, and what is traced is told by service and process.
 */
class DashboardLintTest {

    private static final Pattern RANGE = Pattern.compile("\\[([^\\]]+)]");
    private static final Pattern COUNTER = Pattern.compile("(\\w*goroscope_\\w+_total)\\b");
    private static final Pattern AGGREGATED = Pattern.compile("(rate|increase)\\s*\\(\\s*$");
    private static final int GRID = 24;

    static List<Path> files() {
        return Dashboards.files();
    }

    @ParameterizedTest
    @MethodSource("files")
    void shouldKeepGrafanasConventions(Path file) {
        JsonNode dashboard = Dashboards.read(file);
        assertThat(dashboard.path("editable").asBoolean(true)).isFalse();
        assertThat(dashboard.path("uid").asText())
                .isEqualTo("goroscope-" + file.getFileName().toString().replace(".json", ""));
        assertThat(dashboard.has("version")).isFalse();
        assertThat(dashboard.has("id")).isFalse();
        JsonNode first = dashboard.path("templating").path("list").path(0);
        assertThat(first.path("name").asText()).isEqualTo("datasource");
        assertThat(first.path("label").asText()).isEqualTo("Data source");
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            if (variable.path("type").asText().equals("query")) {
                assertThat(variable.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
                assertThat(variable.path("refresh").asInt())
                        .as("on time range change: %s", variable.path("name"))
                        .isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void shouldDescribeEveryPanelAndGiveItAUnit(Path file) {
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : Dashboards.panels(Dashboards.read(file))) {
            String title = panel.path("title").asText();
            assertThat(title).isNotBlank();
            assertThat(panel.path("description").asText()).as(title).isNotBlank();
            assertThat(panel.path("datasource").path("uid").asText()).as(title).isEqualTo("${datasource}");
            assertThat(panel.path("targets")).as(title).isNotEmpty();
            assertThat(panel.path("fieldConfig").path("defaults").path("unit").asText())
                    .as(title)
                    .isNotBlank();
            assertThat(ids.add(panel.path("id").asInt())).as("id of %s", title).isTrue();
            JsonNode place = panel.path("gridPos");
            assertThat(place.path("x").asInt() + place.path("w").asInt())
                    .as(title)
                    .isLessThanOrEqualTo(GRID);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void shouldNotLayPanelsOverEachOther(Path file) {
        List<JsonNode> panels = new ArrayList<>();
        Dashboards.read(file).path("panels").forEach(panels::add);
        for (int i = 0; i < panels.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(overlap(panels.get(i).path("gridPos"), panels.get(j).path("gridPos")))
                        .as(
                                "%s and %s",
                                panels.get(i).path("title"), panels.get(j).path("title"))
                        .isFalse();
            }
        }
    }

    private static boolean overlap(JsonNode a, JsonNode b) {
        return a.path("x").asInt() < b.path("x").asInt() + b.path("w").asInt()
                && b.path("x").asInt() < a.path("x").asInt() + a.path("w").asInt()
                && a.path("y").asInt() < b.path("y").asInt() + b.path("h").asInt()
                && b.path("y").asInt() < a.path("y").asInt() + a.path("h").asInt();
    }

    @Test
    void shouldRateCountersOverGrafanasIntervals() {
        for (Dashboards.Query query : Dashboards.queries()) {
            Matcher range = RANGE.matcher(query.expression());
            while (range.find()) {
                assertThat(range.group(1)).as("%s", query).isIn("$__rate_interval", "$__range");
            }
            Matcher counter = COUNTER.matcher(query.expression());
            while (counter.find()) {
                assertThat(query.expression().substring(0, counter.start()))
                        .as("%s in %s", counter.group(1), query)
                        .containsPattern(AGGREGATED);
            }
        }
    }

    @Test
    void shouldLeadFromEveryAlertToTheRunbook() throws Exception {
        String rules = Files.readString(Dashboards.FOLDER.resolve("prometheus/rules/goroscope.yml"));
        String runbook = Files.readString(Path.of("..", "docs", "runbook.md"));
        Matcher alert = Pattern.compile("- alert: (\\w+)").matcher(rules);
        int alerts = 0;
        while (alert.find()) {
            alerts++;
            assertThat(rules)
                    .contains("runbook: docs/runbook.md#" + alert.group(1).toLowerCase(java.util.Locale.ROOT));
            assertThat(runbook).contains("## " + alert.group(1) + "\n");
        }
        assertThat(alerts).isGreaterThan(8);
    }
}
