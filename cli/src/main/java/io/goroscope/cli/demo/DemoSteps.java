package io.goroscope.cli.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Says what the demo does as it starts, with the time since the user typed the command.
 *
 * <p>The launcher hands over when that was, in {@code GOROSCOPE_STARTED} (seconds since 1970, with a fraction), and how
 * much of it went into installing and building, in {@code GOROSCOPE_PREPARED_S}. Without a launcher time begins with the
 * JVM.
 */
final class DemoSteps {

    private final PrintStream out;
    private final Instant begin;
    private final long preparedS;

    private DemoSteps(PrintStream out, Instant begin, long preparedS) {
        this.out = out;
        this.begin = begin;
        this.preparedS = preparedS;
    }

    static DemoSteps begin(PrintStream out) {
        Instant jvm = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
        String started = System.getenv("GOROSCOPE_STARTED");
        String prepared = System.getenv("GOROSCOPE_PREPARED_S");
        Instant begin = started == null ? jvm : Instant.ofEpochMilli((long) (Double.parseDouble(started) * 1000));
        return new DemoSteps(out, begin, prepared == null ? 0 : Long.parseLong(prepared));
    }

    /** Prints that something is done. */
    void done(String what, String detail) {
        out.printf(Locale.ROOT, "%6.1f s  %-11s %s%n", sinceBeginS(), what, detail);
        out.flush();
    }

    /** Seconds since the user typed the command. */
    double sinceBeginS() {
        return Duration.between(begin, Instant.now()).toMillis() / 1000.0;
    }

    /** The time of the first pair, with what of it was installing and building. */
    String firstPair(double atS) {
        String text = String.format(Locale.ROOT, "first pair on the page after %.1f s", atS);
        return preparedS == 0
                ? text
                : String.format(Locale.ROOT, "%s, of which %d s were installing and building", text, preparedS);
    }
}
