package io.goroscope.testbed.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The dashboards of the repository, as they lie there. */
public final class Dashboards {

    /** Where they lie, seen from any module. */
    public static final Path FOLDER = Path.of("..", "dashboards");

    /**
     * A query of a panel.
     *
     * @param dashboard file name
     * @param panel title
     * @param expression PromQL with Grafana's variables
     * @param legend its legend, with labels in double braces
     * @param exemplars whether Grafana asks for exemplars as well
     */
    public record Query(String dashboard, String panel, String expression, String legend, boolean exemplars) {
        @Override
        public String toString() {
            return dashboard + " / " + panel + " / " + legend + ": " + expression.replaceAll("\\s+", " ");
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private Dashboards() {}

    /** The dashboards' files. */
    public static List<Path> files() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A dashboard. */
    public static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All panels but rows; those within collapsed rows too. */
    public static List<JsonNode> panels(JsonNode dashboard) {
        List<JsonNode> panels = new ArrayList<>();
        for (JsonNode each : dashboard.path("panels")) {
            if (each.path("type").asText().equals("row")) {
                each.path("panels").forEach(panels::add);
            } else {
                panels.add(each);
            }
        }
        return panels;
    }

    /** Every query of every panel, and of every annotation that asks Prometheus. */
    public static List<Query> queries() {
        List<Query> queries = new ArrayList<>();
        for (Path file : files()) {
            String name = file.getFileName().toString();
            JsonNode dashboard = read(file);
            for (JsonNode panel : panels(dashboard)) {
                for (JsonNode target : panel.path("targets")) {
                    queries.add(new Query(
                            name,
                            panel.path("title").asText(),
                            target.path("expr").asText(),
                            target.path("legendFormat").asText(),
                            target.path("exemplar").asBoolean()));
                }
            }
            for (JsonNode each : dashboard.path("annotations").path("list")) {
                if (each.has("expr")) {
                    queries.add(new Query(
                            name,
                            "annotation " + each.path("name").asText(),
                            each.path("expr").asText(),
                            each.path("titleFormat").asText()
                                    + each.path("textFormat").asText(),
                            false));
                }
            }
        }
        return queries;
    }
}
