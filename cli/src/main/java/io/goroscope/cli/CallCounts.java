package io.goroscope.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How often each function was called: in all, and since it was asked last. */
final class CallCounts {

    private static final int NARROWEST = 36;

    private final FunctionNames names;
    private final CountsSink counts;
    private final Comparator<Row> order;
    private Map<Integer, Long> before = new HashMap<>();

    /** What a table is sorted by. */
    enum SortKey {
        COUNT,
        NAME
    }

    /** One line of a table. */
    record Row(String name, long count) {}

    CallCounts(FunctionNames names, CountsSink counts, SortKey sort) {
        this.names = names;
        this.counts = counts;
        Comparator<Row> byName = Comparator.comparing(Row::name);
        this.order = sort == SortKey.NAME
                ? byName
                : Comparator.comparingLong(Row::count).thenComparing(byName);
    }

    /** All that was called since the last time, or ever. */
    List<Row> take() {
        Map<Integer, Long> totals = counts.totals();
        List<Row> rows = new ArrayList<>();
        totals.forEach((function, calls) -> {
            long since = calls - before.getOrDefault(function, 0L);
            if (since > 0) {
                rows.add(new Row(names.of(function), since));
            }
        });
        before = totals;
        rows.sort(order);
        return rows;
    }

    /** The most called functions from the beginning on, the most called one first. */
    List<Row> hottest(int most) {
        List<Row> rows = new ArrayList<>();
        counts.totals().forEach((function, calls) -> {
            if (calls > 0) {
                rows.add(new Row(names.of(function), calls));
            }
        });
        rows.sort(Comparator.comparingLong(Row::count).reversed().thenComparing(Row::name));
        return rows.size() > most ? rows.subList(0, most) : rows;
    }

    /** Only the N most called, in the order that they are in; all for 0. */
    static List<Row> top(List<Row> rows, int most) {
        if (most == 0 || rows.size() <= most) {
            return rows;
        }
        List<Row> byCount = new ArrayList<>(rows);
        byCount.sort(Comparator.comparingLong(Row::count).reversed());
        List<Row> kept = new ArrayList<>(rows);
        kept.retainAll(byCount.subList(0, most));
        return kept.size() > most ? kept.subList(kept.size() - most, kept.size()) : kept;
    }

    /** FUNC and COUNT, as funccount has always printed them. */
    static void append(StringBuilder text, List<Row> rows) {
        int width = Math.max(
                NARROWEST,
                rows.stream().mapToInt(row -> row.name().length()).max().orElse(0));
        text.append(String.format(Locale.ROOT, "%-" + width + "s %12s%n", "FUNC", "COUNT"));
        for (Row row : rows) {
            text.append(String.format(Locale.ROOT, "%-" + width + "s %12d%n", row.name(), row.count()));
        }
    }
}
