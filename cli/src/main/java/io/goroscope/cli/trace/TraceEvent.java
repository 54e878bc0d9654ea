package io.goroscope.cli.trace;

import io.goroscope.collector.capture.TracedFunction;
import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.kernel.CaptureRecord;
import java.util.List;

/**
 * One line of output.
 *
 * @param record of the entry, or of the return
 * @param isReturn whether the call has returned
 * @param durationNs of the call; −1 where it is not known
 * @param items values to print
 * @param stack callers, innermost first; empty where not asked for
 */
record TraceEvent(
        TracedFunction function,
        CaptureRecord record,
        boolean isReturn,
        long durationNs,
        List<Item> items,
        List<String> stack) {}
