package io.goroscope.cli;

import io.goroscope.schemas.UserException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as a user writes and reads them: {@code 500us}, {@code 10ms}, {@code 1.5s}. */
public final class Durations {

    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ns|us|µs|ms|s|m)");

    private Durations() {}

    /**
     * Reads a duration.
     *
     * @param option for the message
     * @return ns
     * @throws UserException if it is none
     */
    static long parseNs(String option, String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new UserException(option + " " + text + " is no duration: write 500us, 10ms or 2s");
        }
        return (long) (Double.parseDouble(matcher.group(1)) * unitNs(matcher.group(2)));
    }

    /** Three to four digits with a unit. */
    public static String format(long ns) {
        if (ns < 1_000) {
            return ns + " ns";
        }
        if (ns < 1_000_000) {
            return String.format(Locale.ROOT, "%.2f us", ns / 1e3);
        }
        if (ns < 1_000_000_000) {
            return String.format(Locale.ROOT, "%.2f ms", ns / 1e6);
        }
        return String.format(Locale.ROOT, "%.3f s", ns / 1e9);
    }

    private static double unitNs(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "µs" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            default -> 60e9;
        };
    }
}
