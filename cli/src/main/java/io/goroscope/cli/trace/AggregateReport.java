package io.goroscope.cli.trace;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.goroscope.collector.capture.CapturePlan;
import io.goroscope.collector.kernel.CaptureSession;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Prints what {@code --hist} and {@code --count} counted in the kernel. */
final class AggregateReport {

    private static final int BAR = 40;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CapturePlan plan;
    private final boolean json;

    AggregateReport(CapturePlan plan, boolean json) {
        this.plan = plan;
        this.json = json;
    }

    void print(CaptureSession session, boolean histogram, String expression) {
        if (histogram) {
            Map<String, long[]> byFunction = new TreeMap<>();
            session.histograms().forEach((probe, rows) -> {
                long[] sum = byFunction.computeIfAbsent(plan.function(probe).name(), name -> new long[rows.length]);
                for (int i = 0; i < rows.length; i++) {
                    sum[i] += rows[i];
                }
            });
            byFunction.forEach((name, rows) -> histogram(name, expression, rows));
        } else {
            Map<String, Map<String, Long>> byFunction = new TreeMap<>();
            for (CaptureSession.Tally tally : session.tallies()) {
                String value = tally.text() == null
                        ? Long.toString(tally.number())
                        : new String(tally.text(), StandardCharsets.UTF_8);
                byFunction
                        .computeIfAbsent(plan.function(tally.probe()).name(), name -> new TreeMap<>())
                        .merge(value, tally.count(), Long::sum);
            }
            byFunction.forEach((name, counts) -> table(name, expression, counts));
        }
        System.out.flush();
    }

    private void histogram(String name, String expression, long[] rows) {
        int first = 0;
        int last = rows.length - 1;
        while (last > 0 && rows[last] == 0) {
            last--;
        }
        while (first < last && rows[first] == 0) {
            first++;
        }
        if (json) {
            ObjectNode line = JSON.createObjectNode();
            line.put("function", name).put("value", expression);
            ArrayNode buckets = line.putArray("buckets");
            for (int i = first; i <= last; i++) {
                buckets.addObject().put("ge", low(i)).put("le", high(i)).put("count", rows[i]);
            }
            System.out.println(line);
            return;
        }
        long most = 1;
        for (long row : rows) {
            most = Math.max(most, row);
        }
        System.out.printf(Locale.ROOT, "%n%s: %s%n%24s : %-8s distribution%n", name, expression, "value", "count");
        for (int i = first; i <= last; i++) {
            String bar = "*".repeat((int) (BAR * rows[i] / most));
            System.out.printf(Locale.ROOT, "%10d -> %-10d : %-8d |%-" + BAR + "s|%n", low(i), high(i), rows[i], bar);
        }
    }

    /** The first row is for zero and all that is less. */
    private static long low(int row) {
        return row == 0 ? 0 : 1L << (row - 1);
    }

    private static long high(int row) {
        return row == 0 ? 0 : row == 64 ? Long.MAX_VALUE : (1L << row) - 1;
    }

    private void table(String name, String expression, Map<String, Long> counts) {
        List<Map.Entry<String, Long>> rows = counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue()
                        .thenComparing(Comparator.comparing(Map.Entry::getKey)))
                .toList();
        if (json) {
            ObjectNode line = JSON.createObjectNode();
            line.put("function", name).put("value", expression);
            ArrayNode values = line.putArray("counts");
            rows.forEach(row -> values.addObject().put("value", row.getKey()).put("count", row.getValue()));
            System.out.println(line);
            return;
        }
        System.out.printf(Locale.ROOT, "%n%s: %s%n%-40s %12s%n", name, expression, "VALUE", "COUNT");
        rows.forEach(row -> System.out.printf(Locale.ROOT, "%-40s %12d%n", row.getKey(), row.getValue()));
    }
}
