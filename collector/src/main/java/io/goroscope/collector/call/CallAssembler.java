package io.goroscope.collector.call;

import io.goroscope.collector.capture.CapturePlan;
import io.goroscope.collector.capture.TracedFunction;
import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.capture.TracedFunction.Prints;
import io.goroscope.collector.kernel.CaptureRecord;
import io.goroscope.schemas.batch.BatchDescriptor;
import java.util.List;
import java.util.Optional;

/** Makes calls of the kernel's records: some are for later only, and returns find their entries. */
public final class CallAssembler {

    private final CapturePlan plan;
    private final OpenCalls open = new OpenCalls();

    public CallAssembler(CapturePlan plan) {
        this.plan = plan;
    }

    /** Empty for a record that is kept until its call returns. */
    public Optional<CapturedCall> call(CaptureRecord record) {
        int call = plan.call(record.probe());
        TracedFunction function = plan.function(record.probe());
        if (plan.isEntry(record.probe())) {
            if (function.prints() != Prints.ENTRY) {
                open.entered(record, call);
            }
            if (function.prints() == Prints.RETURN) {
                return Optional.empty();
            }
            List<Item> items = function.prints() == Prints.BOTH
                    ? function.arguments(record)
                    : values(function, record, null, record);
            return Optional.of(call(function, record, BatchDescriptor.ENTRY, -1, items));
        }
        CaptureRecord entry = open.returned(record, call);
        long durationNs = entry == null ? -1 : Math.max(0, record.timeNs() - entry.timeNs());
        List<Item> items = function.format() == null && function.prints() == Prints.BOTH
                ? function.results(record)
                : values(function, entry, record, record);
        return Optional.of(call(function, record, BatchDescriptor.RETURN, durationNs, items));
    }

    private CapturedCall call(
            TracedFunction function, CaptureRecord record, int kind, long durationNs, List<Item> items) {
        int place = record.hasGoroutine()
                ? 0
                : record.isOnSystemStack() ? BatchDescriptor.SYSTEM_STACK : BatchDescriptor.OFF_STACK;
        return new CapturedCall(
                record.timeNs(),
                record.tgid(),
                record.tid(),
                record.identity(),
                record.depth(),
                kind | place,
                record.comm(),
                function.name(),
                durationNs,
                function.format(),
                items,
                CallFrames.of(function, record, plan.hasStack(record.probe())));
    }

    private static List<Item> values(
            TracedFunction function, CaptureRecord entry, CaptureRecord exit, CaptureRecord who) {
        if (function.printsEverything()) {
            return exit == null ? function.arguments(entry) : function.both(entry, exit);
        }
        return function.values(entry, exit, who.hasGoroutine() ? who.identity() : 0, who.tgid(), who.tid());
    }
}
