package io.goroscope.streams.histogram;

import java.util.Arrays;
import java.util.Locale;

/**
 * Durations in rows of powers of two, as bcc's tools lay them out ({@code print_log2_hist} of bcc's
 * {@code src/python/bcc/table.py}): row 1 has 0 and 1, row n has 2^(n-1) to 2^n - 1. Not safe for use by several threads.
 */
public final class Log2Histogram {

    /** What a row's bounds count in. */
    public enum Unit {
        /** Nanoseconds. */
        NSECS(1),
        /** Microseconds. */
        USECS(1_000),
        /** Milliseconds. */
        MSECS(1_000_000);

        private final long ns;

        Unit(long ns) {
            this.ns = ns;
        }

        /** The unit in ns. */
        public long ns() {
            return ns;
        }
    }

    private static final int ROWS = Long.SIZE;
    private static final int NARROW_ROWS = 32;
    private static final int STARS = 40;

    private final Unit unit;
    private final long[] counts = new long[ROWS];

    /** @param unit durations are cut down to whole units before they are counted */
    public Log2Histogram(Unit unit) {
        this.unit = unit;
    }

    /** Counts a duration, given in ns. */
    public void record(long durationNs) {
        long value = Math.max(0, durationNs) / unit.ns;
        counts[Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(value))]++;
    }

    /** Adds the counts of another with the same unit. */
    public void add(Log2Histogram other) {
        for (int row = 1; row < ROWS; row++) {
            counts[row] += other.counts[row];
        }
    }

    /** Forgets all. */
    public void clear() {
        Arrays.fill(counts, 0);
    }

    /** Calls {@code visitor} with every row that is not empty, in ascending order. */
    public void forEachRow(RowVisitor visitor) {
        for (int row = 1; row < ROWS; row++) {
            if (counts[row] > 0) {
                long end = row == ROWS - 1 ? Long.MAX_VALUE / unit.ns : 1L << row;
                visitor.row(low(row) * unit.ns, end * unit.ns, counts[row]);
            }
        }
    }

    /** Takes a row. */
    @FunctionalInterface
    public interface RowVisitor {
        /**
         * One row.
         *
         * @param fromNs its least duration, ns
         * @param toNs the least duration beyond it, ns
         * @param count how many durations are in it
         */
        void row(long fromNs, long toNs, long count);
    }

    private static long low(int row) {
        return row == 1 ? 0 : 1L << (row - 1);
    }

    /** The histogram as lines of text, each ended; empty where nothing was counted. */
    public String format() {
        int last = 0;
        long most = 0;
        for (int row = 1; row < ROWS; row++) {
            if (counts[row] > 0) {
                last = row;
                most = Math.max(most, counts[row]);
            }
        }
        if (last == 0) {
            return "";
        }
        boolean narrow = last <= NARROW_ROWS;
        int stars = narrow ? STARS : STARS / 2;
        String body = narrow ? "%10d -> %-10d : %-8d |%-40s|%n" : "%20d -> %-20d : %-8d |%-20s|%n";
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                narrow ? "     %-19s : count     distribution%n" : "               %-29s : count     distribution%n",
                unit.name().toLowerCase(Locale.ROOT)));
        for (int row = 1; row <= last; row++) {
            long high = row == ROWS - 1 ? Long.MAX_VALUE : (1L << row) - 1;
            // Whole stars only, as bcc draws them.
            String bar = "*".repeat((int) (stars * (double) counts[row] / most));
            text.append(String.format(Locale.ROOT, body, low(row), high, counts[row], bar));
        }
        return text.toString();
    }
}
