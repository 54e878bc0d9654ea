package io.goroscope.streams.pairing;

/**
 * Takes what {@link Pairing} finds, in the order of the events, in primitives. Functions are numbered as in
 * {@code Event.function}; times are ns on the clock of the events. A sink must not call the pairing that calls it.
 */
public interface CallSink {

    /** In place of a caller: there is none that is traced, or a loss makes it doubtful. */
    int NO_CALLER = -1;

    /** A call began. */
    void entered(int function, long timeNs);

    /**
     * A call began and ended.
     *
     * @param function the function
     * @param caller the traced function that called it, or {@link #NO_CALLER}
     * @param durationNs from entry to return, at least 0
     * @param selfNs the same without the traced functions that it called, at least 0
     * @param timeNs when it returned
     * @param identity goid, address of g, or thread id: see {@code what}
     * @param what kind (return or tail) and flags of the event that ended it
     */
    void paired(int function, int caller, long durationNs, long selfNs, long timeNs, long identity, int what);

    /**
     * A call ended without a return.
     *
     * @param openNs for how long it was open when that was found
     * @param timeNs when it was found
     */
    void abandoned(int function, AbandonReason reason, long openNs, long timeNs);

    /** A return came without its entry: the call was open when tracing began. */
    void unmatched(int function, long timeNs);

    /** A call ended, but between its entry and its end an event may be lost. */
    void uncertain(int function, long timeNs);

    /**
     * From here on something else is done at a function; what was open and cannot end any more was abandoned before.
     *
     * @param function the function, or a negative number for all
     * @param detail one of {@link io.goroscope.schemas.ModeDetail}
     */
    default void mode(int function, String detail, long timeNs) {}
}
