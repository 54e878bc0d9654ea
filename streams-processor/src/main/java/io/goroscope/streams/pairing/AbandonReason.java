package io.goroscope.streams.pairing;

/** Why a call ended without a return. In the order of the fields of {@code Abandoned.avsc}. */
public enum AbandonReason {
    /** A panic unwound the frame. */
    PANIC,
    /** {@code runtime.Goexit} unwound it. */
    GOEXIT,
    /** The goroutine ended with the frame open. */
    GOROUTINE_END,
    /** The process ended with the frame open. */
    PROCESS_END,
    /** The collector, or the probe, left with the frame open. */
    DETACH,
    /** The frame's place on the stack was used again, and no marker explains it. */
    UNKNOWN
}
