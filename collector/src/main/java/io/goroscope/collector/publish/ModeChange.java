package io.goroscope.collector.publish;

/**
 * What is done at a function from now on.
 *
 * @param slot the function, by its number in the session
 * @param detail as {@code Lifecycle.detail} has it: {@code pairs}, {@code cycled}, {@code counts}, {@code off}; and for a
 *     cycled function {@code window}, {@code window closed} and {@code window over}, when calls that begin are timed, when
 *     no more are, and when what is still open is given up
 */
public record ModeChange(int slot, String detail) {

    /** Calls of a cycled function that begin from now on are timed. */
    public static final String WINDOW = "window";

    /** No more; returns still come. */
    public static final String WINDOW_CLOSED = "window closed";

    /** Nor these. */
    public static final String WINDOW_OVER = "window over";

    /** True where it is about a part of a cycle, and the function stays cycled. */
    public boolean isWithinCycle() {
        return detail.startsWith(WINDOW);
    }
}
