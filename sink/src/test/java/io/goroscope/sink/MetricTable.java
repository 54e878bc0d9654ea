package io.goroscope.sink;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Metrics by name, each with its type and its labels: as a page of text serves them, or as a document lists them. */
record MetricTable(Map<String, Metric> metrics) {

    record Metric(String type, Set<String> labels) {}

    private static final Pattern ROW =
            Pattern.compile("^\\| `(goroscope_\\w+)` \\| (\\w+) \\| ([\\w, ]*)\\|", Pattern.MULTILINE);
    private static final List<String> OF_OTHERS = List.of("goroscope_streams_", "goroscope_collector_");
    private static final Pattern TYPE = Pattern.compile("^# TYPE (\\w+) (\\w+)$", Pattern.MULTILINE);
    private static final Pattern LABEL = Pattern.compile("[{,](\\w+)=\"");
    private static final Pattern HISTOGRAM_SUFFIX = Pattern.compile("_(bucket|sum|count)$");

    /** From the tables of docs/metrics.md, but for what the Streams job and collectors serve. */
    static MetricTable documented(String page) {
        Map<String, Metric> metrics = new LinkedHashMap<>();
        Matcher row = ROW.matcher(page);
        while (row.find()) {
            if (OF_OTHERS.stream().anyMatch(row.group(1)::startsWith)) {
                continue;
            }
            Set<String> labels = new TreeSet<>(Set.of(row.group(3).trim().split(",\\s*")));
            labels.remove("");
            metrics.put(row.group(1), new Metric(row.group(2), labels));
        }
        return new MetricTable(metrics);
    }

    /** From Prometheus' text format. */
    static MetricTable served(String text) {
        Map<String, Metric> metrics = new LinkedHashMap<>();
        Matcher type = TYPE.matcher(text);
        while (type.find()) {
            metrics.put(type.group(1), new Metric(type.group(2), new TreeSet<>()));
        }
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            String name = line.split("[{ ]", 2)[0];
            Metric metric = metrics.get(name);
            if (metric == null) {
                metric = metrics.get(HISTOGRAM_SUFFIX.matcher(name).replaceFirst(""));
            }
            if (metric == null) {
                metric = new Metric("untyped", new TreeSet<>());
                metrics.put(name, metric);
            }
            Matcher label = LABEL.matcher(line);
            while (label.find()) {
                if (!label.group(1).equals("le")) {
                    metric.labels().add(label.group(1));
                }
            }
        });
        return new MetricTable(metrics);
    }
}
