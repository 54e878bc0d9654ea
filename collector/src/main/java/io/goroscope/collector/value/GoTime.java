package io.goroscope.collector.value;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/** {@code time.Duration} and {@code time.Time}. */
final class GoTime {

    /** {@code time/time.go}: the high bit of wall says that there is a monotonic reading. */
    private static final long HAS_MONOTONIC = 1L << 63;

    private static final int NANOSECOND_BITS = 30;

    /** Seconds from 1885, and from the year 1, to 1970. */
    private static final long FROM_1885 = 2_682_288_000L;

    private static final long FROM_YEAR_1 = 62_135_596_800L;

    private GoTime() {}

    /** As {@code Duration.String}: {@code 1h2m3.5s}, {@code 1.5ms}, {@code 0s}. */
    static String duration(long ns) {
        if (ns == 0) {
            return "0s";
        }
        String sign = ns < 0 ? "-" : "";
        long size = Math.abs(ns);
        if (Long.compareUnsigned(size, 1_000) < 0) {
            return sign + size + "ns";
        }
        if (Long.compareUnsigned(size, 1_000_000) < 0) {
            return sign + fraction(size, 1_000) + "\u00b5s";
        }
        if (Long.compareUnsigned(size, 1_000_000_000) < 0) {
            return sign + fraction(size, 1_000_000) + "ms";
        }
        long seconds = Long.divideUnsigned(size, 1_000_000_000);
        long rest = Long.remainderUnsigned(size, 1_000_000_000);
        String text = fraction(seconds % 60 * 1_000_000_000 + rest, 1_000_000_000) + "s";
        long minutes = seconds / 60;
        if (minutes > 0) {
            text = minutes % 60 + "m" + text;
        }
        return sign + (minutes / 60 > 0 ? minutes / 60 + "h" : "") + text;
    }

    private static String fraction(long value, long unit) {
        String digits = Long.toString(unit + value % unit).substring(1).replaceAll("0+$", "");
        return value / unit + (digits.isEmpty() ? "" : "." + digits);
    }

    /** In UTC, as RFC 3339; null for a struct that is laid out otherwise. */
    static String time(Value.Struct struct) {
        List<Value> fields = struct.fields();
        if (fields.size() < 2
                || !(fields.get(0) instanceof Value.Integer wall)
                || !(fields.get(1) instanceof Value.Integer ext)) {
            return null;
        }
        long bits = wall.bits();
        long ns = bits & ((1L << NANOSECOND_BITS) - 1);
        boolean monotonic = (bits & HAS_MONOTONIC) != 0;
        long seconds = monotonic ? (bits << 1 >>> (NANOSECOND_BITS + 1)) - FROM_1885 : ext.bits() - FROM_YEAR_1;
        try {
            return Instant.ofEpochSecond(seconds, ns).toString();
        } catch (DateTimeException e) {
            return null;
        }
    }
}
