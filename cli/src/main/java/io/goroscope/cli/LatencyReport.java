package io.goroscope.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.goroscope.streams.histogram.Log2Histogram;
import io.goroscope.streams.pairing.AbandonReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints what {@code funclatency} found, as text like bcc's or as JSON. */
final class LatencyReport {

    private static final double[] QUANTILES = {0.5, 0.9, 0.99};

    private final FunctionNames names;
    private final Log2Histogram.Unit unit;
    private final boolean each;
    private final boolean callers;
    private final Map<Integer, Long> printedCalls = new HashMap<>();

    /**
     * @param unit of the histograms
     * @param each a histogram for each function, else one for all
     * @param callers edges too
     */
    LatencyReport(FunctionNames names, Log2Histogram.Unit unit, boolean each, boolean callers) {
        this.names = names;
        this.unit = unit;
        this.each = each;
        this.callers = callers;
    }

    /** One function's share. */
    private record Row(String name, long calls, FunctionLatency latency) {}

    /** Text for a person. */
    String text(LatencySink.Snapshot snapshot, long lost) {
        StringBuilder text = new StringBuilder();
        List<Row> rows = rows(snapshot);
        for (Row row : rows) {
            if (each || rows.size() == 1) {
                text.append("\nFunction = ").append(row.name()).append('\n');
                histogram(text, row.latency());
                summary(text, row.calls(), row.latency());
            }
        }
        if (rows.isEmpty()) {
            text.append("\nNo call was seen.\n");
        } else if (!each && rows.size() > 1) {
            text.append('\n');
            together(text, rows);
        }
        if (callers) {
            edges(text, snapshot);
        }
        if (lost > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%d events were lost: the calls they belong to are counted, and uncertain.%n",
                    lost));
        }
        return text.toString();
    }

    /** One line of JSON. */
    ObjectNode json(LatencySink.Snapshot snapshot, long elapsedNs, long lost) {
        ObjectNode line = new ObjectMapper().createObjectNode();
        line.put("elapsed_s", elapsedNs / 1e9);
        ArrayNode functions = line.putArray("functions");
        for (Row row : rows(snapshot)) {
            FunctionLatency latency = row.latency();
            ObjectNode function = functions.addObject();
            function.put("name", row.name());
            function.put("calls", row.calls());
            function.put("paired", latency.paired());
            function.put("abandoned", latency.abandonedTotal());
            ObjectNode reasons = function.putObject("abandoned_by");
            for (AbandonReason reason : AbandonReason.values()) {
                reasons.put(reason.name().toLowerCase(Locale.ROOT), latency.abandoned.getOrDefault(reason, 0L));
            }
            function.put("unmatched", latency.unmatched);
            function.put("uncertain", latency.uncertain);
            function.put("sum_ns", latency.distribution.sumNs());
            function.put("self_ns", latency.selfNs);
            function.put("min_ns", latency.distribution.minNs());
            function.put("max_ns", latency.distribution.maxNs());
            ArrayNode buckets = function.putArray("buckets");
            latency.rows.forEachRow((fromNs, toNs, count) ->
                    buckets.addObject().put("ge_ns", fromNs).put("lt_ns", toNs).put("count", count));
        }
        if (callers) {
            ArrayNode edges = line.putArray("edges");
            for (LatencySink.Edge edge : snapshot.edges()) {
                edges.addObject()
                        .put("caller", names.of(edge.caller))
                        .put("callee", names.of(edge.callee))
                        .put("calls", edge.calls)
                        .put("sum_ns", edge.sumNs);
            }
        }
        line.put("lost", lost);
        return line;
    }

    private List<Row> rows(LatencySink.Snapshot snapshot) {
        List<Row> rows = new ArrayList<>();
        Map<Integer, FunctionLatency> functions = new HashMap<>(snapshot.functions());
        snapshot.calls().forEach((function, calls) -> {
            long since = calls - printedCalls.getOrDefault(function, 0L);
            printedCalls.put(function, calls);
            FunctionLatency latency = functions.remove(function);
            if (since > 0 || latency != null) {
                rows.add(new Row(names.of(function), since, latency == null ? new FunctionLatency(unit) : latency));
            }
        });
        functions.forEach((function, latency) -> rows.add(new Row(names.of(function), 0, latency)));
        rows.sort(Comparator.comparing(Row::name));
        return rows;
    }

    private void together(StringBuilder text, List<Row> rows) {
        FunctionLatency all =
                FunctionLatency.sum(unit, rows.stream().map(Row::latency).toList());
        histogram(text, all);
        summary(text, rows.stream().mapToLong(Row::calls).sum(), all);
        text.append(rows.size()).append(" functions together; -F prints each\n");
    }

    private static void histogram(StringBuilder text, FunctionLatency latency) {
        text.append(latency.rows.format());
    }

    private static void summary(StringBuilder text, long calls, FunctionLatency latency) {
        long paired = latency.paired();
        if (paired > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "avg = %s, total: %s, count: %d%n",
                    Durations.format(latency.distribution.sumNs() / paired),
                    Durations.format(latency.distribution.sumNs()),
                    paired));
            text.append("min = ").append(Durations.format(latency.distribution.minNs()));
            for (double quantile : QUANTILES) {
                text.append(String.format(
                        Locale.ROOT,
                        ", p%.0f = %s",
                        quantile * 100,
                        Durations.format(latency.distribution.quantileNs(quantile))));
            }
            text.append(", max = ")
                    .append(Durations.format(latency.distribution.maxNs()))
                    .append('\n');
        }
        text.append("calls = ").append(calls).append(", paired = ").append(paired);
        for (AbandonReason reason : AbandonReason.values()) {
            long count = latency.abandoned.getOrDefault(reason, 0L);
            if (count > 0) {
                text.append(", abandoned (")
                        .append(reason.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                        .append(") = ")
                        .append(count);
            }
        }
        appendIfAny(text, ", unmatched = ", latency.unmatched);
        appendIfAny(text, ", uncertain = ", latency.uncertain);
        text.append('\n');
    }

    private static void appendIfAny(StringBuilder text, String label, long count) {
        if (count > 0) {
            text.append(label).append(count);
        }
    }

    private void edges(StringBuilder text, LatencySink.Snapshot snapshot) {
        List<LatencySink.Edge> edges = new ArrayList<>();
        snapshot.edges().forEach(edges::add);
        edges.sort(
                Comparator.comparingLong((LatencySink.Edge edge) -> edge.sumNs).reversed());
        text.append(
                String.format(Locale.ROOT, "%n%12s %12s %12s  %s%n", "CALLS", "TOTAL", "AVERAGE", "CALLER -> CALLEE"));
        for (LatencySink.Edge edge : edges) {
            text.append(String.format(
                    Locale.ROOT,
                    "%12d %12s %12s  %s -> %s%n",
                    edge.calls,
                    Durations.format(edge.sumNs),
                    Durations.format(edge.sumNs / edge.calls),
                    names.of(edge.caller),
                    names.of(edge.callee)));
        }
    }
}
