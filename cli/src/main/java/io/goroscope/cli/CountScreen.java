package io.goroscope.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The most called functions, drawn again and again in the same lines of a terminal. */
final class CountScreen implements AutoCloseable {

    /** ANSI: to the start of the line N lines up, and erase from there. */
    private static final String BACK = "\033[%dF\033[J";

    private static final int LINES_BESIDE_ROWS = 4;
    private static final int COLUMNS_OF_NUMBERS = 28;
    private static final int NARROWEST = 20;

    private final CountReport report;
    private Map<String, Long> before = new HashMap<>();
    private long beforeNs = System.nanoTime();
    private int drawn;

    CountScreen(CountReport report) {
        this.report = report;
    }

    void draw() {
        TextTerminal.Size size = TextTerminal.size();
        long nowNs = System.nanoTime();
        double seconds = (nowNs - beforeNs) / 1e9;
        List<CallCounts.Row> rows = report.hottest(Math.max(1, size.rows() - LINES_BESIDE_ROWS));
        int width = Math.max(NARROWEST, size.columns() - COLUMNS_OF_NUMBERS);
        StringBuilder text = new StringBuilder();
        if (drawn > 0) {
            text.append(String.format(Locale.ROOT, BACK, drawn));
        }
        text.append(String.format(Locale.ROOT, "%-" + width + "s %12s %12s%n", "FUNC", "COUNT", "PER SECOND"));
        Map<String, Long> now = new HashMap<>();
        for (CallCounts.Row row : rows) {
            double perSecond = (row.count() - before.getOrDefault(row.name(), 0L)) / seconds;
            text.append(String.format(
                    Locale.ROOT, "%-" + width + "s %12d %12.0f%n", ending(row.name(), width), row.count(), perSecond));
            now.put(row.name(), row.count());
        }
        String cost = report.cost();
        text.append(cost.length() < size.columns() ? cost : cost.substring(0, size.columns() - 1))
                .append('\n');
        drawn = rows.size() + 2;
        before = now;
        beforeNs = nowNs;
        System.out.print(text);
        System.out.flush();
    }

    /** The end of a long name tells more than its beginning. */
    private static String ending(String name, int width) {
        return name.length() <= width ? name : "…" + name.substring(name.length() - width + 1);
    }

    /** Erases what was drawn: the whole result takes its place. */
    @Override
    public void close() {
        if (drawn > 0) {
            System.out.printf(Locale.ROOT, BACK, drawn);
            System.out.flush();
            drawn = 0;
        }
    }
}
