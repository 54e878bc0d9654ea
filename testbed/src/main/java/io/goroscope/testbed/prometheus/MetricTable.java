package io.goroscope.testbed.prometheus;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Metrics by name, each with its type and its labels: as a page of text serves them, or as a document lists them. */
public record MetricTable(Map<String, Metric> metrics) {

    /**
     * One metric.
     *
     * @param type as in {@code # TYPE}
     * @param labels names of labels
     */
    public record Metric(String type, Set<String> labels) {}

    private static final Pattern ROW =
            Pattern.compile("^\\| `(goroscope_\\w+)` \\| (\\w+) \\| ([\\w, ]*)\\|", Pattern.MULTILINE);
    private static final Pattern TYPE = Pattern.compile("^# TYPE (\\w+) (\\w+)$", Pattern.MULTILINE);
    private static final Pattern LABEL = Pattern.compile("[{,](\\w+)=\"");
    private static final Pattern HISTOGRAM_SUFFIX = Pattern.compile("_(bucket|sum|count)$");

    /** From the tables of docs/metrics.md. */
    public static MetricTable documented(String page) {
        Map<String, Metric> metrics = new LinkedHashMap<>();
        Matcher row = ROW.matcher(page);
        while (row.find()) {
            Set<String> labels = new TreeSet<>(Set.of(row.group(3).trim().split(",\\s*")));
            labels.remove("");
            metrics.put(row.group(1), new Metric(row.group(2), labels));
        }
        return new MetricTable(metrics);
    }

    /** Those whose names begin so. */
    public MetricTable only(String prefix) {
        return where(name -> name.startsWith(prefix));
    }

    /** Those whose names do not begin so. */
    public MetricTable without(String prefix) {
        return where(name -> !name.startsWith(prefix));
    }

    private MetricTable where(Predicate<String> wanted) {
        Map<String, Metric> some = new LinkedHashMap<>(metrics);
        some.keySet().removeIf(wanted.negate());
        return new MetricTable(some);
    }

    /** From Prometheus' text format. */
    public static MetricTable served(String text) {
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
