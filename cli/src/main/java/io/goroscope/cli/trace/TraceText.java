package io.goroscope.cli.trace;

import io.goroscope.cli.Durations;
import io.goroscope.collector.call.CapturedCall;
import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.value.ValueText;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.stream.Collectors;

/** Prints calls as lines for people. */
final class TraceText implements TraceOutput {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final PrintStream out;
    private final boolean sinceStart;
    private long startNs;

    /**
     * @param sinceStart print seconds since the start instead of the time of day
     * @param startNs the start, ns since 1970; 0 for the first call's time
     */
    TraceText(PrintStream out, boolean sinceStart, long startNs) {
        this.out = out;
        this.sinceStart = sinceStart;
        this.startNs = startNs;
    }

    @Override
    public void begin() {
        out.printf(Locale.ROOT, "%-15s %-8s %-8s %-8s %-15s %s%n", "TIME", "PID", "TID", "GOID", "COMM", "FUNC");
    }

    @Override
    public void print(CapturedCall call, long wallOffsetNs) {
        long wallNs = call.timeNs() + wallOffsetNs;
        startNs = startNs == 0 ? wallNs : startNs;
        String time = sinceStart
                ? String.format(Locale.ROOT, "%.6f", (wallNs - startNs) / 1e9)
                : TIME.format(Instant.ofEpochSecond(0, wallNs));
        String goid = call.hasGoroutine() ? Long.toString(call.identity()) : "-";
        out.printf(
                Locale.ROOT,
                "%-15s %-8d %-8d %-8s %-15s %s%n",
                time,
                call.pid(),
                call.tid(),
                goid,
                call.comm(),
                text(call));
        for (String frame : call.stack()) {
            out.println("        " + frame);
        }
    }

    private static String text(CapturedCall call) {
        String name = call.function();
        String took = call.durationNs() < 0 ? "" : "  " + Durations.format(call.durationNs());
        if (call.format() != null) {
            return name + (call.isReturn() ? " =" : "") + " " + ValueFormat.of(call.format(), call.items()) + took;
        }
        String values = call.items().stream().map(TraceText::item).collect(Collectors.joining(", "));
        return (call.isReturn() ? name + " = (" + values + ")" : name + "(" + values + ")") + took;
    }

    private static String item(Item item) {
        return item.name() + " " + item.type() + "=" + ValueText.of(item.value());
    }
}
