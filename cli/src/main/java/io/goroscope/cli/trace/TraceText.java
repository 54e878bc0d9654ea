package io.goroscope.cli.trace;

import io.goroscope.cli.Durations;
import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.kernel.CaptureRecord;
import io.goroscope.collector.value.ValueText;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.stream.Collectors;

/** Prints events as lines for people. */
final class TraceText implements TraceOutput {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final PrintStream out;
    private final boolean sinceStart;
    private final long wallMinusMonotonicNs;
    private final long startNs;

    /**
     * @param sinceStart print seconds since the start instead of the time of day
     * @param wallMinusMonotonicNs what is added to CLOCK_MONOTONIC to have the time since 1970
     * @param startNs on CLOCK_MONOTONIC
     */
    TraceText(PrintStream out, boolean sinceStart, long wallMinusMonotonicNs, long startNs) {
        this.out = out;
        this.sinceStart = sinceStart;
        this.wallMinusMonotonicNs = wallMinusMonotonicNs;
        this.startNs = startNs;
    }

    @Override
    public void begin() {
        out.printf(Locale.ROOT, "%-15s %-8s %-8s %-8s %-15s %s%n", "TIME", "PID", "TID", "GOID", "COMM", "FUNC");
    }

    @Override
    public void print(TraceEvent event) {
        CaptureRecord record = event.record();
        String time = sinceStart
                ? String.format(Locale.ROOT, "%.6f", (record.timeNs() - startNs) / 1e9)
                : TIME.format(Instant.ofEpochSecond(0, record.timeNs() + wallMinusMonotonicNs));
        String goid = record.hasGoroutine() ? Long.toString(record.identity()) : "-";
        out.printf(
                Locale.ROOT,
                "%-15s %-8d %-8d %-8s %-15s %s%n",
                time,
                record.tgid(),
                record.tid(),
                goid,
                record.comm(),
                call(event));
        for (String frame : event.stack()) {
            out.println("        " + frame);
        }
    }

    private static String call(TraceEvent event) {
        String name = event.function().name();
        String took = event.durationNs() < 0 ? "" : "  " + Durations.format(event.durationNs());
        if (event.function().format() != null) {
            return name + (event.isReturn() ? " =" : "") + " "
                    + ValueFormat.of(event.function().format(), event.items()) + took;
        }
        String values = event.items().stream().map(TraceText::item).collect(Collectors.joining(", "));
        return (event.isReturn() ? name + " = (" + values + ")" : name + "(" + values + ")") + took;
    }

    private static String item(Item item) {
        return item.name() + " " + item.type() + "=" + ValueText.of(item.value());
    }
}
