package io.goroscope.cli.demo;

import io.goroscope.sink.table.CallTotals;
import io.goroscope.sink.table.FunctionSeries;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The table at the end of a demo. */
final class DemoSummary {

    private static final int ROWS = 15;
    private static final int NAME_WIDTH = 58;

    private DemoSummary() {}

    /**
     * The busiest functions, and what became of all calls.
     *
     * @param functions what the output topics say
     * @param seconds how long was traced
     */
    static String table(List<FunctionSeries> functions, double seconds) {
        StringBuilder text = new StringBuilder();
        row(text, "FUNCTION", "CALLS", "CALLS/S", "P50", "P99", "MAX");
        functions.stream()
                .sorted(Comparator.comparingLong(
                                (FunctionSeries each) -> each.totals().calls())
                        .reversed())
                .limit(ROWS)
                .forEach(each -> row(
                        text,
                        shorten(each.function().name()),
                        String.format(Locale.ROOT, "%,d", each.totals().calls()),
                        String.format(Locale.ROOT, "%,.1f", each.totals().calls() / seconds),
                        time(each.totals().buckets().quantileNs(0.5)),
                        time(each.totals().buckets().quantileNs(0.99)),
                        time(
                                each.totals().paired() == 0
                                        ? Double.NaN
                                        : each.totals().maxNs())));
        if (functions.size() > ROWS) {
            text.append(String.format(Locale.ROOT, "  and %d more%n", functions.size() - ROWS));
        }
        CallTotals all = functions.stream().map(FunctionSeries::totals).reduce(CallTotals.NONE, CallTotals::plus);
        text.append(String.format(
                Locale.ROOT,
                "%nall: %,d calls, %,d paired, %,d abandoned, %,d unmatched, %,d uncertain, %,d lost, in %.0f s%n",
                all.calls(),
                all.paired(),
                all.abandoned().total(),
                all.unmatched(),
                all.uncertain(),
                all.lost(),
                seconds));
        return text.toString();
    }

    /** A duration with three digits and a unit; a dash where there is none. */
    static String time(double ns) {
        if (Double.isNaN(ns)) {
            return "-";
        }
        String[] units = {"ns", "us", "ms", "s"};
        double value = ns;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        int decimals = value >= 100 || unit == 0 ? 0 : value >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f %s", value, units[unit]);
    }

    /** The end of a name says more than its beginning, which is the module's path. */
    private static String shorten(String name) {
        return name.length() <= NAME_WIDTH ? name : "..." + name.substring(name.length() - NAME_WIDTH + 3);
    }

    private static void row(
            StringBuilder text, String name, String calls, String rate, String p50, String p99, String max) {
        text.append(String.format(
                Locale.ROOT, "%-" + NAME_WIDTH + "s %10s %9s %9s %9s %9s%n", name, calls, rate, p50, p99, max));
    }
}
