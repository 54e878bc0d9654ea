package io.goroscope.collector.call;

import io.goroscope.collector.capture.TracedFunction.Item;
import io.goroscope.collector.spec.Format;
import io.goroscope.schemas.batch.BatchDescriptor;
import java.util.List;

/**
 * A call as it began, or as it returned, with what was asked for of its values: what a line of {@code trace} is made of.
 *
 * @param timeNs ns of the kernel's monotonic clock
 * @param identity number of the goroutine; or what {@code Event.goid} says, see {@code what}
 * @param depth the frame's key
 * @param what kind and flags, as in {@link BatchDescriptor}
 * @param comm name of the thread
 * @param function its name
 * @param durationNs of a call that has returned; −1 where it is not known
 * @param format what the values are put into; null where they are printed by name
 * @param stack callers, innermost first; empty where not asked for
 */
public record CapturedCall(
        long timeNs,
        int pid,
        int tid,
        long identity,
        long depth,
        int what,
        String comm,
        String function,
        long durationNs,
        Format format,
        List<Item> items,
        List<String> stack) {

    /** True where the call has returned. */
    public boolean isReturn() {
        return (what & BatchDescriptor.KIND_MASK) == BatchDescriptor.RETURN;
    }

    /** True where {@code identity} is a goroutine's number. */
    public boolean hasGoroutine() {
        return (what & (BatchDescriptor.SYSTEM_STACK | BatchDescriptor.OFF_STACK | BatchDescriptor.NO_IDENTITY)) == 0;
    }

    CapturedCall withItems(List<Item> others) {
        return new CapturedCall(
                timeNs, pid, tid, identity, depth, what, comm, function, durationNs, format, others, stack);
    }
}
