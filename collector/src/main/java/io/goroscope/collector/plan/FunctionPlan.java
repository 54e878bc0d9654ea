package io.goroscope.collector.plan;

import java.util.List;

/** What can be done with one function. */
public sealed interface FunctionPlan {

    /** The function that this is about. */
    GoFunction function();

    /**
     * It can be counted, and timed where it has return places.
     *
     * @param entry the place that runs once a call; {@code entry.singleStepped()} says that it is a costly one
     * @param returns every place by which a call leaves; empty for a function that never returns, or only by indirect
     *     jumps: it is counted, and never opened as a frame
     */
    record Probeable(GoFunction function, Place entry, List<Place> returns) implements FunctionPlan {
        public Probeable {
            returns = List.copyOf(returns);
        }
    }

    /**
     * It is left alone.
     *
     * @param reason the kind of obstacle
     * @param detail the obstacle in words, with the address or opcode it is about
     */
    record Refused(GoFunction function, Reason reason, String detail) implements FunctionPlan {}

    /**
     * It exists only as copies inside other functions; there is nothing to probe.
     *
     * @param function {@code index} is −1, {@code address} and {@code size} are 0, {@code inlinedCopies} is at least 1
     */
    record InlinedOnly(GoFunction function) implements FunctionPlan {}

    /** Why a function is refused. */
    enum Reason {
        /** Only a place that the kernel single-steps, and nobody asked for such. */
        COSTLY,
        /** No place that runs once a call, at a known stack depth. */
        NO_PLACE,
        /** The kernel refuses a probe on every candidate (lock prefix, VEX, EVEX). */
        OPCODE,
        /** Its bytes do not decode cleanly from start to end. */
        UNDECODABLE,
        /** Written in assembly. */
        ASSEMBLY,
        /** It runs where tracing it could harm the program. */
        UNSAFE
    }
}
