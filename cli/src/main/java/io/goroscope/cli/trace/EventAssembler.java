package io.goroscope.cli.trace;

import io.goroscope.collector.capture.CapturePlan;
import io.goroscope.collector.capture.TracedFunction;
import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.capture.TracedFunction.Prints;
import io.goroscope.collector.kernel.CaptureRecord;
import java.util.List;
import java.util.Optional;

/** Makes lines of records: some are for later only, and returns find their entries. */
final class EventAssembler {

    private final CapturePlan plan;
    private final OpenCalls open;

    EventAssembler(CapturePlan plan, OpenCalls open) {
        this.plan = plan;
        this.open = open;
    }

    /** Empty for a record that is kept until its call returns. */
    Optional<TraceEvent> event(CaptureRecord record) {
        int call = plan.call(record.probe());
        TracedFunction function = plan.function(record.probe());
        if (plan.isEntry(record.probe())) {
            if (function.prints() != Prints.ENTRY) {
                open.entered(record, call);
            }
            return function.prints() == Prints.RETURN ? Optional.empty() : Optional.of(entry(function, record));
        }
        CaptureRecord entry = open.returned(record, call);
        long durationNs = entry == null ? -1 : Math.max(0, record.timeNs() - entry.timeNs());
        List<Item> items = function.format() == null && function.prints() == Prints.BOTH
                ? function.results(record)
                : everything(function, entry, record);
        return Optional.of(new TraceEvent(
                function, record, true, durationNs, items, Frames.of(function, record, plan.hasStack(record.probe()))));
    }

    private TraceEvent entry(TracedFunction function, CaptureRecord record) {
        List<Item> items =
                function.prints() == Prints.BOTH ? function.arguments(record) : values(function, record, null, record);
        return new TraceEvent(
                function, record, false, -1, items, Frames.of(function, record, plan.hasStack(record.probe())));
    }

    private static List<Item> everything(TracedFunction function, CaptureRecord entry, CaptureRecord exit) {
        return values(function, entry, exit, exit);
    }

    private static List<Item> values(
            TracedFunction function, CaptureRecord entry, CaptureRecord exit, CaptureRecord who) {
        if (function.printsEverything()) {
            return exit == null ? function.arguments(entry) : function.both(entry, exit);
        }
        return function.values(entry, exit, who.hasGoroutine() ? who.identity() : 0, who.tgid(), who.tid());
    }
}
