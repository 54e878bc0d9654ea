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
 *           │ caller │ calls │ sum_ns │ self_sum_ns │ updated_ns │  first for no caller, then 16 or more by hash
 *           └────────┴───────┴────────┴─────────────┴────────────┘
 * </pre>
 *
 * <p>No caller has a row as if it were one, since whether there is one is more than a processor can guess. A row without
 * calls is free.
 */
final class LatestCalls extends LatencyHistogram {

    /** Most functions have few callers. */
    private static final int FIRST_ROW_BITS = 4;

    private static final int MAX_ROW_BITS = 6;
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
    private int rowShift = Integer.SIZE - FIRST_ROW_BITS;

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
        int row = home(caller);
        if (row >= callers.length || callers[row + CALLER] != caller) {
            row = anyRow(caller);
        }
        callers[row + CALLS]++;
        callers[row + SUM] += durationNs;
        callers[row + SELF_SUM] += selfNs;
        callers[row + UPDATED] = Math.max(callers[row + UPDATED], wallNs);
    }

    /** The first row for {@link CallSink#NO_CALLER}, without a branch; nobody else has it. */
    private int home(int caller) {
        return (1 + ((caller * GOLDEN_RATIO) >>> rowShift)) * ROW & ~(caller >> (Integer.SIZE - 1));
    }

    /** A caller's row, which is its home or after it; one that is free where it has none. */
    private int anyRow(int caller) {
        if (callers.length == 0) {
            makeRows();
        }
        int row = home(caller);
        for (int left = callers.length / ROW - 1; left > 0; left--) {
            if (callers[row + CALLER] == caller) {
                return row;
            }
            if (callers[row + CALLS] == 0) {
                callers[row + CALLER] = caller;
                return row;
            }
            row = row + ROW == callers.length ? ROW : row + ROW;
        }
        settleRows();
        if (rowShift > Integer.SIZE - MAX_ROW_BITS) {
            rowShift--;
            makeRows();
        }
        return anyRow(caller);
    }

    private void makeRows() {
        callers = new long[ROW * (1 + (1 << (Integer.SIZE - rowShift)))];
        callers[CALLER] = CallSink.NO_CALLER;
    }

    private void settleRows() {
        for (int row = 0; row < callers.length; row += ROW) {
            settleRow(row);
        }
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
        settleRows();
        entries = 0;
        selfSumNs = 0;
        clear();
        window = null;
        windowEndNs = Long.MIN_VALUE;
    }
}
