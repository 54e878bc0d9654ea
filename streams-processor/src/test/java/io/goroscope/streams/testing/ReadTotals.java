package io.goroscope.streams.testing;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.CallSummary;
import io.goroscope.schemas.avro.EdgeKey;
import io.goroscope.schemas.avro.EdgeTotals;
import io.goroscope.schemas.avro.Health;
import io.goroscope.schemas.avro.LatencyWindow;
import io.goroscope.schemas.avro.SeriesKey;
import io.goroscope.schemas.avro.Totals;
import io.goroscope.schemas.avro.WindowKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The last values of output topics, summed over lanes, under the names of {@link NaiveTotals}. */
public final class ReadTotals {

    private final Map<String, Long> totals = new TreeMap<>();

    private void add(String name, long more) {
        if (more != 0) {
            totals.merge(name, more, Long::sum);
        }
    }

    /** Adds up {@code goroscope.totals}. */
    public static Map<String, Long> ofTotals(NavigableMap<byte[], byte[]> records) {
        ReadTotals read = new ReadTotals();
        records.forEach((key, value) -> {
            if (decode(key) instanceof SeriesKey series && decode(value) instanceof Totals each) {
                read.add(series.getFunction() + "/calls", each.getCalls());
                read.summary(series.getFunction(), each.getSummary());
            } else if (decode(key) instanceof EdgeKey edge && decode(value) instanceof EdgeTotals each) {
                String name = edge.getCaller() + ">" + edge.getCallee();
                read.add(name + "/calls", each.getCalls());
                read.add(name + "/sum", each.getSumNs());
                read.add(name + "/self", each.getSelfSumNs());
            } else {
                throw new IllegalArgumentException("unknown record " + decode(key));
            }
        });
        return read.totals;
    }

    /** Adds up all windows of {@code goroscope.latency}. */
    public static Map<String, Long> ofWindows(NavigableMap<byte[], byte[]> records) {
        ReadTotals read = new ReadTotals();
        records.forEach((key, value) ->
                read.summary(((WindowKey) decode(key)).getFunction(), ((LatencyWindow) decode(value)).getSummary()));
        return read.totals;
    }

    /** Adds up {@code goroscope.health}. */
    public static Map<String, Long> ofHealth(NavigableMap<byte[], byte[]> records) {
        ReadTotals read = new ReadTotals();
        records.values().forEach(value -> {
            Health health = (Health) decode(value);
            read.add("lane/batches", health.getBatches());
            read.add("lane/events", health.getEvents());
            read.add("lane/duplicates", health.getDuplicates());
            read.add("lane/gaps", health.getGaps());
            read.add("lane/lost", health.getLost());
            read.add("lane/unmatched", health.getUnmatched());
            read.add("lane/uncertain", health.getUncertain());
            read.add("lane/no identity", health.getNoIdentity());
            read.add("lane/off stack", health.getOffStack());
            read.add("lane/open", health.getOpenFrames());
        });
        return read.totals;
    }

    private void summary(int function, CallSummary summary) {
        add(function + "/entries", summary.getEntries());
        add(function + "/paired", summary.getLatency().getCount());
        add(function + "/sum", summary.getLatency().getSumNs());
        add(function + "/self", summary.getSelfSumNs());
        add(function + "/tails", summary.getTails());
        add(function + "/unmatched", summary.getUnmatched());
        add(function + "/uncertain", summary.getUncertain());
        add(function + "/abandoned PANIC", summary.getAbandoned().getPanic());
        add(function + "/abandoned GOEXIT", summary.getAbandoned().getGoexit());
        add(function + "/abandoned GOROUTINE_END", summary.getAbandoned().getGoroutineEnd());
        add(function + "/abandoned PROCESS_END", summary.getAbandoned().getProcessEnd());
        add(function + "/abandoned DETACH", summary.getAbandoned().getDetach());
        add(function + "/abandoned UNKNOWN", summary.getAbandoned().getUnknown());
        for (int i = 0; i < summary.getLatency().getIndexes().size(); i++) {
            add(
                    function + "/bucket " + summary.getLatency().getIndexes().get(i),
                    summary.getLatency().getCounts().get(i));
        }
    }

    private static Object decode(byte[] bytes) {
        try {
            return Records.decode(bytes);
        } catch (BadRecordException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The names whose numbers differ, at most ten, with both numbers; empty where all are the same. */
    public static List<String> differences(Map<String, Long> found, Map<String, Long> expected) {
        List<String> all = new ArrayList<>();
        Set<String> names = new TreeSet<>(found.keySet());
        names.addAll(expected.keySet());
        for (String name : names) {
            if (!Objects.equals(found.get(name), expected.get(name))) {
                all.add(name + " is " + found.get(name) + " and should be " + expected.get(name));
            }
        }
        return all.size() <= 10 ? all : all.subList(0, 10);
    }

    /** The part of all numbers that one topic has. */
    public static Map<String, Long> select(Map<String, Long> all, Part part) {
        Map<String, Long> selected = new TreeMap<>(all);
        selected.keySet().removeIf(name -> !part.has(name));
        return selected;
    }

    /** Which numbers a topic has. */
    public enum Part {
        /** {@code goroscope.totals}. */
        TOTALS,
        /** {@code goroscope.latency}: no exact calls, no edges. */
        LATENCY,
        /** {@code goroscope.health}. */
        HEALTH;

        boolean has(String name) {
            boolean lane = name.startsWith("lane/");
            return switch (this) {
                case TOTALS -> !lane;
                case LATENCY -> !lane && !name.contains(">") && !name.endsWith("/calls");
                case HEALTH -> lane;
            };
        }
    }
}
