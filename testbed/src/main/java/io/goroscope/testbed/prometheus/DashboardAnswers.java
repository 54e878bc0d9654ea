package io.goroscope.testbed.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.testbed.prometheus.Dashboards.Query;
import io.goroscope.testbed.prometheus.PrometheusServer.Form;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a Prometheus everything that the dashboards and rules would ask it, and tells what has no answer: no data, nothing but
 * NaN, or no label that the panel shows.
 */
public final class DashboardAnswers {

    /** A heatmap draws one form or the other, so there is one of each; every other panel has to live with either form. */
    private static final Map<Form, Set<String>> NOT_IN = Map.of(
            Form.NATIVE, Set.of("Latency, classic buckets"), Form.CLASSIC, Set.of("Latency"), Form.BOTH, Set.of());

    private static final Pattern LEGEND_LABEL = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern OUTER_BY =
            Pattern.compile("^(?:topk\\(\\d+,\\s*)?(?:sum|max|count|group) by \\(([^)]*)\\)");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");
    private static final Pattern THRESHOLD = Pattern.compile("\\s*(>|==|<)\\s*[\\d.]+\\s*$");
    private static final Pattern ALERT_LABEL = Pattern.compile("\\$labels\\.(\\w+)");

    /** The labels that lead from an exemplar to a call. */
    private static final List<String> PLACE = List.of("goid", "epoch", "lane", "batch");

    private final PrometheusServer server;
    private final Form form;
    private final String service;
    private final String function;
    private final long sinceMs;
    private final Set<String> missing;

    /**
     * @param server the Prometheus
     * @param form which form of the histograms it has
     * @param service what {@code $service} stands for
     * @param function what {@code $function} stands for: one that is called, and calls, functions that are traced
     * @param sinceMs since when it has scraped, ms since 1970
     */
    public DashboardAnswers(PrometheusServer server, Form form, String service, String function, long sinceMs) {
        this(server, form, service, function, sinceMs, Set.of());
    }

    private DashboardAnswers(
            PrometheusServer server, Form form, String service, String function, long sinceMs, Set<String> missing) {
        this.missing = missing;
        this.server = server;
        this.form = form;
        this.service = service;
        this.function = function;
        this.sinceMs = sinceMs;
    }

    /** The same without what asks about a part of the pipeline that is not there. */
    public DashboardAnswers without(String text) {
        Set<String> more = new HashSet<>(missing);
        more.add(text);
        return new DashboardAnswers(server, form, service, function, sinceMs, more);
    }

    private boolean concerned(String expression) {
        return missing.stream().noneMatch(expression::contains);
    }

    /** The queries of panels and annotations that this form is to answer. */
    public List<Query> queries() {
        return Dashboards.queries().stream()
                .filter(query -> !NOT_IN.get(form).contains(query.panel()) && concerned(query.expression()))
                .toList();
    }

    /** What is wrong with the answers to queries of panels and annotations; empty where all is well. */
    public List<String> wrongPanels() throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        for (Query query : queries()) {
            // A new build is an event of one moment: look at the whole time.
            JsonNode data = query.panel().startsWith("annotation")
                    ? server.range(filled(query.expression()), sinceMs, System.currentTimeMillis())
                    : server.query(filled(query.expression()));
            String problem = problem(query, data.path("result"));
            if (problem != null) {
                wrong.add(problem + ": " + query);
            }
        }
        return wrong;
    }

    /** Queries for exemplars that find none, or none that leads to a call. */
    public List<String> wrongExemplars() throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        int asked = 0;
        for (Query query : queries()) {
            if (query.exemplars()) {
                asked++;
                JsonNode first = server.exemplars(filled(query.expression()), sinceMs, System.currentTimeMillis())
                        .path(0)
                        .path("exemplars")
                        .path(0)
                        .path("labels");
                if (!PLACE.stream().allMatch(first::has)) {
                    wrong.add("exemplar " + first + ": " + query);
                }
            }
        }
        if (asked == 0) {
            wrong.add("no panel asks for exemplars");
        }
        return wrong;
    }

    /** Variables that have no values. */
    public List<String> wrongVariables() throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        for (Path file : Dashboards.files()) {
            for (JsonNode each : Dashboards.read(file).path("templating").path("list")) {
                if (each.path("type").asText().equals("query")) {
                    String definition = each.path("definition").asText();
                    Matcher values = LABEL_VALUES.matcher(definition);
                    if (!values.matches() || !hasLabel(values.group(1), values.group(2))) {
                        wrong.add(file.getFileName() + ": " + definition);
                    }
                }
            }
        }
        return wrong;
    }

    private boolean hasLabel(String selector, String label) throws IOException, InterruptedException {
        JsonNode first = server.query("group by (" + label + ") (" + filled(selector) + ")")
                .path("result")
                .path(0);
        return !first.path("metric").path(label).asText().isEmpty();
    }

    /** Alert rules that Prometheus cannot evaluate, or whose expression has no data beside its threshold. */
    public List<String> wrongAlerts() throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        for (JsonNode group : server.get("/api/v1/rules").path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                String problem = concerned(rule.path("query").asText()) ? problem(rule) : null;
                if (problem != null) {
                    wrong.add(rule.path("name").asText() + ": " + problem);
                }
            }
        }
        return wrong;
    }

    private String problem(JsonNode rule) throws IOException, InterruptedException {
        if (rule.path("health").asText().equals("err")) {
            return rule.path("lastError").asText();
        }
        String whole = rule.path("query").asText();
        String expression = THRESHOLD.matcher(whole).replaceFirst("");
        if (expression.equals(whole)) {
            return "no threshold: " + whole;
        }
        JsonNode first = server.query(expression).path("result").path(0);
        if (first.isMissingNode()) {
            return "no data: " + expression;
        }
        Matcher label = ALERT_LABEL.matcher(rule.path("annotations").toString());
        while (label.find()) {
            if (first.path("metric").path(label.group(1)).asText().isEmpty()) {
                return "no label " + label.group(1);
            }
        }
        return null;
    }

    /** Grafana's variables with what they may stand for here; what lies a day back in earnest lies seconds back. */
    private String filled(String expression) {
        return expression
                .replace("$__rate_interval", "8s")
                .replace("$__range", "15s")
                .replace("$__interval", "1s")
                .replace("offset 1d", "offset 5s")
                .replace("offset 1w", "offset 5s")
                .replace("=~\"$service\"", "=~\"" + service + "\"")
                .replace("=~\"$process\"", "=~\".+\"")
                .replace("=\"$function\"", "=\"" + function + "\"");
    }

    /** What is wrong with an answer, or null. */
    private static String problem(Query query, JsonNode result) {
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
                    || each.has("values")
                    || each.has("histograms")
                    || !each.path("value").path(1).asText("NaN").equals("NaN")) {
                return null;
            }
        }
        return "nothing but NaN";
    }
}
