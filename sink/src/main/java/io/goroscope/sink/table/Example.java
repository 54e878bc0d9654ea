package io.goroscope.sink.table;

import io.goroscope.schemas.avro.SlowCall;

/**
 * One call that was the slowest of its window, and where to find it: the batch of that lane with that sequence number, in the
 * events topic or in a capture of it.
 *
 * @param durationNs from entry to return, ns
 * @param endNs when it returned, ns since 1970
 * @param goid its goroutine; 0 where it ran on none
 * @param lane the lane that brought it
 * @param sequence number of the batch within the lane
 */
public record Example(long durationNs, long endNs, long goid, Source lane, long sequence) {

    static Example of(Source lane, SlowCall call) {
        return new Example(call.getDurationNs(), call.getEndNs(), call.getGoid(), lane, call.getSequence());
    }
}
