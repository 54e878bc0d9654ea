package io.goroscope.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.goroscope.collector.kernel.HitCost;
import io.goroscope.streams.histogram.Log2Histogram;
import io.goroscope.streams.pairing.AbandonReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Prints what {@code funclatency} found in one interval, as text like bcc's or as JSON. */
final class LatencyReport {

    private static final double[] QUANTILES = {0.5, 0.9, 0.99};
    private static final double PERCENT = 100;

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
    record Row(int function, String name, long calls, FunctionLatency latency) {}

    /** The functions that were called, or whose calls ended, since the last time. */
    List<Row> rows(LatencySink.Snapshot snapshot) {
        List<Row> rows = new ArrayList<>();
        Map<Integer, FunctionLatency> functions = new HashMap<>(snapshot.functions());
        snapshot.calls().forEach((function, calls) -> {
            long since = calls - printedCalls.getOrDefault(function, 0L);
            printedCalls.put(function, calls);
            FunctionLatency latency = functions.remove(function);
            if (since > 0 || latency != null) {
                FunctionLatency known = latency == null ? new FunctionLatency(unit) : latency;
                rows.add(new Row(function, names.of(function), since, known));
            }
        });
        functions.forEach((function, latency) -> rows.add(new Row(function, names.of(function), 0, latency)));
        rows.sort(Comparator.comparing(Row::name));
        return rows;
    }

    /** Text for a person. */
    String text(List<Row> rows, Iterable<LatencySink.Edge> edges, RunCost cost, long lost) {
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            if (each || rows.size() == 1) {
                text.append("\nFunction = ").append(row.name()).append('\n');
                function(text, row.calls(), row.latency(), cost.each());
            }
        }
        if (rows.isEmpty()) {
            text.append("\nNo call was seen.\n");
        } else if (!each && rows.size() > 1) {
            text.append('\n');
            together(text, rows, cost.each());
        }
        if (callers) {
            edges(text, edges);
        }
        if (lost > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%d events were lost: the calls they belong to are counted, and uncertain.%n",
                    lost));
        }
        return text.append('\n').append(cost.text()).toString();
    }

    /** One line of JSON. */
    ObjectNode json(List<Row> rows, Iterable<LatencySink.Edge> edges, RunCost cost, long elapsedNs, long lost) {
        ObjectNode line = new ObjectMapper().createObjectNode();
        line.put("elapsed_s", elapsedNs / 1e9);
        ArrayNode functions = line.putArray("functions");
        rows.forEach(row -> json(functions.addObject(), row, cost.each()));
        if (callers) {
            ArrayNode array = line.putArray("edges");
            for (LatencySink.Edge edge : edges) {
                array.addObject()
                        .put("caller", names.of(edge.caller))
                        .put("callee", names.of(edge.callee))
                        .put("calls", edge.calls)
                        .put("sum_ns", edge.sumNs);
            }
        }
        cost.json(line.putObject("cost"));
        line.put("lost", lost);
        return line;
    }

    private static void json(ObjectNode function, Row row, Optional<HitCost> hit) {
        FunctionLatency latency = row.latency();
        function.put("name", row.name());
        function.put("calls", row.calls());
        function.put("paired", latency.paired());
        function.put("abandoned", latency.abandonedTotal());
        ObjectNode reasons = function.putObject("abandoned_by");
        for (AbandonReason reason : AbandonReason.values()) {
            if (reason != AbandonReason.DETACH) {
                reasons.put(reason.name().toLowerCase(Locale.ROOT), latency.abandoned.getOrDefault(reason, 0L));
            }
        }
        function.put("open", latency.open);
        function.put("oldest_open_ns", latency.oldestOpenNs);
        function.put("unmatched", latency.unmatched);
        function.put("uncertain", latency.uncertain);
        function.put("sum_ns", latency.distribution.sumNs());
        function.put("self_ns", latency.selfNs);
        hit.ifPresent(cost -> function.put("probes_ns", latency.probesNs(cost)));
        function.put("min_ns", latency.distribution.minNs());
        function.put("max_ns", latency.distribution.maxNs());
        for (double quantile : QUANTILES) {
            function.put(
                    String.format(Locale.ROOT, "p%.0f_ns", quantile * PERCENT),
                    latency.distribution.quantileNs(quantile));
        }
        ArrayNode buckets = function.putArray("buckets");
        latency.rows.forEachRow((fromNs, toNs, count) ->
                buckets.addObject().put("ge_ns", fromNs).put("lt_ns", toNs).put("count", count));
    }

    private void together(StringBuilder text, List<Row> rows, Optional<HitCost> hit) {
        FunctionLatency all =
                FunctionLatency.sum(unit, rows.stream().map(Row::latency).toList());
        function(text, rows.stream().mapToLong(Row::calls).sum(), all, hit);
        text.append(rows.size()).append(" functions together; -F prints each\n");
    }

    private void function(StringBuilder text, long calls, FunctionLatency latency, Optional<HitCost> hit) {
        text.append(latency.rows.format());
        if (latency.paired() > 0) {
            durations(text, latency);
            hit.ifPresent(cost -> probes(text, latency, cost));
        }
        ends(text, calls, latency);
    }

    private void durations(StringBuilder text, FunctionLatency latency) {
        text.append("avg = ")
                .append(inUnit((double) latency.distribution.sumNs() / latency.paired()))
                .append(", total: ")
                .append(inUnit((double) latency.distribution.sumNs()))
                .append(", count: ")
                .append(latency.paired())
                .append('\n');
        text.append("min = ").append(Durations.format(latency.distribution.minNs()));
        for (double quantile : QUANTILES) {
            text.append(String.format(
                    Locale.ROOT,
                    ", p%.0f = %s",
                    quantile * PERCENT,
                    Durations.format(latency.distribution.quantileNs(quantile))));
        }
        text.append(", max = ")
                .append(Durations.format(latency.distribution.maxNs()))
                .append('\n');
    }

    /** The sum is exact, so the average is as exact as it is printed: to the ns. */
    private String inUnit(double ns) {
        int decimals =
                switch (unit) {
                    case NSECS -> 0;
                    case USECS -> 3;
                    case MSECS -> 6;
                };
        return String.format(
                Locale.ROOT,
                "%." + decimals + "f %s",
                ns / unit.ns(),
                unit.name().toLowerCase(Locale.ROOT));
    }

    private static void probes(StringBuilder text, FunctionLatency latency, HitCost cost) {
        long probesNs = latency.probesNs(cost);
        text.append(String.format(
                Locale.ROOT,
                "the probes' share of it: about %s a call, %.1f %%%s%n",
                Durations.format(probesNs / latency.paired()),
                latency.distribution.sumNs() == 0 ? 0.0 : PERCENT * probesNs / latency.distribution.sumNs(),
                latency.nestedCalls == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " (%.1f traced calls within each)",
                                (double) latency.nestedCalls / latency.paired())));
    }

    private static void ends(StringBuilder text, long calls, FunctionLatency latency) {
        text.append("calls = ").append(calls).append(", paired = ").append(latency.paired());
        for (AbandonReason reason : AbandonReason.values()) {
            long count = latency.abandoned.getOrDefault(reason, 0L);
            if (count > 0) {
                text.append(", abandoned (")
                        .append(reason.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                        .append(") = ")
                        .append(count);
            }
        }
        if (latency.open > 0) {
            text.append(", still open = ")
                    .append(latency.open)
                    .append(" (for up to ")
                    .append(Durations.format(latency.oldestOpenNs))
                    .append(')');
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

    private void edges(StringBuilder text, Iterable<LatencySink.Edge> found) {
        List<LatencySink.Edge> edges = new ArrayList<>();
        found.forEach(edges::add);
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
