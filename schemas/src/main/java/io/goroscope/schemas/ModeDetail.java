package io.goroscope.schemas;

/** What {@code Lifecycle.detail} says of a function where {@code kind} is {@code MODE}. */
public final class ModeDetail {

    /** Every call is counted and timed. */
    public static final String PAIRS = "pairs";

    /** Every call is counted; those that begin in windows are timed. */
    public static final String CYCLED = "cycled";

    /** Every call is counted, none timed. */
    public static final String COUNTS = "counts";

    /** Nothing is seen of it. */
    public static final String OFF = "off";

    /** Of a cycled function: calls that begin from now on are timed. */
    public static final String WINDOW = "window";

    /** No more; the returns of those that began still come. */
    public static final String WINDOW_CLOSED = "window closed";

    /** Nor these. */
    public static final String WINDOW_OVER = "window over";

    private ModeDetail() {}

    /** True where it is about a part of a cycle: the function stays cycled. */
    public static boolean isWithinCycle(String detail) {
        return detail.startsWith(WINDOW);
    }

    /** True where no return will come for calls that are open. */
    public static boolean endsOpenCalls(String detail) {
        return !detail.equals(PAIRS) && !detail.equals(WINDOW_CLOSED);
    }
}
