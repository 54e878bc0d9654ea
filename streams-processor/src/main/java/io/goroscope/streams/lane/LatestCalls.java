package io.goroscope.streams.lane;

import io.goroscope.streams.histogram.LatencyHistogram;
import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.pairing.CallSink;

/**
 * The latest calls of one function, which neither its totals nor its window nor its edges have yet: each call is counted
 * once, in one place, and added to the others when they are sent or saved.
 *
 * <p>Every event writes here, of one function after another, so all that a call needs is in this one object (that is why it
 * is a histogram instead of having one) and in one row for each caller: what is spread over more lines of the
 * cache takes more time by far.
 *
 * <pre>
 *  callers  ┌────────┬───────┬────────┬─────────────┬────────────┐
 *           │ caller │ calls │ sum_ns │ self_sum_ns │ updated_ns │  × 8, placed by caller; a row of no calls is free
 *           └────────┴───────┴────────┴─────────────┴────────────┘
 *           The ninth is for calls of no caller: whether there is one is more than a processor can guess.
 * </pre>
 */
final class LatestCalls extends LatencyHistogram {

    private static final int ROW_BITS = 3;
    private static final int NO_CALLER_PLACE = 1 << ROW_BITS;
    private static final int ROW = 5;
    private static final int CALLER = 0;
    private static final int CALLS = 1;
    private static final int SUM = 2;
    private static final int SELF_SUM = 3;
    private static final int UPDATED = 4;
    private static final int GOLDEN_RATIO = 0x9E3779B9;
    private static final long[] NO_ROWS = {};

    private final EventLane lane;
    private final FunctionSeries function;
    private long entries;
    private long selfSumNs;
    private long updatedNs;
    private long[] callers = NO_ROWS;

    /** The window of these calls, or null where there are none. */
    private WindowSeries window;
    /** Of that window; here, since every call asks. */
    private long windowStartNs;

    private long windowEndNs = Long.MIN_VALUE;
    /** What a call has to exceed to be the slowest of that window. */
    private long slowestNs;

    LatestCalls(EventLane lane, FunctionSeries function) {
        this.lane = lane;
        this.function = function;
    }

    FunctionSeries function() {
        return function;
    }

    /** True while it is in the window of this moment. */
    boolean counts(long wallNs) {
        return wallNs >= windowStartNs && wallNs < windowEndNs;
    }

    /** Goes on to another window. */
    void enter(WindowSeries next) {
        settle();
        window = next;
        windowStartNs = next.window.startNs();
        windowEndNs = next.window.endNs();
        slowestNs = next.slowestNs();
    }

    /** Notes that something happened at this moment, which must be in its window. */
    void update(long wallNs) {
        updatedNs = Math.max(updatedNs, wallNs);
    }

    void entered() {
        entries++;
    }

    void paired(long durationNs, long selfNs) {
        record(durationNs);
        selfSumNs += selfNs;
    }

    /** True where a call of that duration is the slowest of its window so far. */
    boolean isSlowest(long durationNs) {
        return durationNs > slowestNs;
    }

    /** @param sequence of the batch that brought its return */
    void slowest(long durationNs, long endNs, long goid, long sequence) {
        slowestNs = durationNs;
        window.slowest(durationNs, endNs, goid, sequence);
    }

    /** Counts a call on the edge that leads here from its caller, or from {@link CallSink#NO_CALLER}, which is none. */
    void calledBy(int caller, long durationNs, long selfNs, long wallNs) {
        int place = (caller * GOLDEN_RATIO) >>> (Integer.SIZE - ROW_BITS);
        int row = (caller == CallSink.NO_CALLER ? NO_CALLER_PLACE : place) * ROW;
        if (row >= callers.length || callers[row + CALLER] != caller) {
            takeRow(row, caller);
        }
        callers[row + CALLS]++;
        callers[row + SUM] += durationNs;
        callers[row + SELF_SUM] += selfNs;
        callers[row + UPDATED] = Math.max(callers[row + UPDATED], wallNs);
    }

    private void takeRow(int row, int caller) {
        if (callers.length == 0) {
            callers = new long[ROW * (NO_CALLER_PLACE + 1)];
        }
        settleRow(row);
        callers[row + CALLER] = caller;
    }

    private void settleRow(int row) {
        if (callers[row + CALLS] > 0) {
            if (callers[row + CALLER] != CallSink.NO_CALLER) {
                lane.called(
                        (int) callers[row + CALLER],
                        function.function,
                        callers[row + CALLS],
                        callers[row + SUM],
                        callers[row + SELF_SUM],
                        callers[row + UPDATED]);
            }
            callers[row + CALLS] = 0;
            callers[row + SUM] = 0;
            callers[row + SELF_SUM] = 0;
            callers[row + UPDATED] = 0;
        }
    }

    /** One of these calls ended in a tail call. This and what follows is rare, so it is counted where it belongs at once. */
    void tail() {
        function.total.tail();
        window.stats.tail();
    }

    void abandoned(AbandonReason reason) {
        function.total.abandoned(reason);
        window.stats.abandoned(reason);
    }

    void unmatched() {
        function.total.unmatched();
        window.stats.unmatched();
    }

    void uncertain() {
        function.total.uncertain();
        window.stats.uncertain();
    }

    /** Gives these calls to the totals, to their window and to the edges. */
    void settle() {
        if (window == null) {
            return;
        }
        function.updatedNs = Math.max(function.updatedNs, updatedNs);
        function.total.add(entries, selfSumNs, this);
        window.stats.add(entries, selfSumNs, this);
        for (int row = 0; row < callers.length; row += ROW) {
            settleRow(row);
        }
        entries = 0;
        selfSumNs = 0;
        clear();
        window = null;
        windowEndNs = Long.MIN_VALUE;
    }
}
