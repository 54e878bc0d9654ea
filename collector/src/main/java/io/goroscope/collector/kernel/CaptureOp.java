package io.goroscope.collector.kernel;

/**
 * One instruction of a recipe: the twin of {@code struct op} in {@code bpf/capture.h}, which says what each does.
 *
 * @param to number of a slot
 * @param from number of a slot
 */
public record CaptureOp(Code code, int to, int from, int size, int offset, long value) {

    /** How many slots the machine has; the first are the registers, from {@link #FIRST_FREE} on they are free. */
    public static final int SLOTS = 64;

    /** The first slot that a recipe may write. */
    public static final int FIRST_FREE = 18;

    /** The slot of the goroutine's number. */
    public static final int GOID = 14;

    /** The slot that is 1 once something could not be read. */
    public static final int FAULT = 15;

    /** The slot of the process's id. */
    public static final int PID = 17;

    /** Stands for {@link #value} where an {@link Code#IF} would name a slot. */
    public static final int CONSTANT = 255;

    /** Instructions that one probe may carry out, those that walk through an interface included. */
    public static final int MOST = 512;

    /** Bytes of one stretch of memory. */
    public static final int MOST_BYTES = 2048;

    /** {@code enum operation}. */
    public enum Code {
        END,
        ACCEPT,
        REJECT,
        LOAD,
        SET,
        ADD,
        MULTIPLY,
        SHIFT,
        LESSER,
        EXTEND,
        VECTOR,
        ORDER,
        IF,
        TEXT,
        COPY,
        COPY_N,
        WALK,
        STACK,
        HISTOGRAM,
        TALLY,
        TALLY_TEXT;

        /** Its number in the kernel. */
        @SuppressWarnings("EnumOrdinal") // the order is that of the C enumeration
        int number() {
            return ordinal();
        }
    }

    /** {@code enum relation}. */
    public enum Relation {
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_EQUAL,
        GREATER,
        GREATER_EQUAL,
        BELOW,
        BELOW_EQUAL,
        ABOVE,
        ABOVE_EQUAL,
        FAULT;

        /** Its number in the kernel. */
        @SuppressWarnings("EnumOrdinal") // the order is that of the C enumeration
        public int number() {
            return ordinal();
        }
    }

    public static CaptureOp of(Code code) {
        return new CaptureOp(code, 0, 0, 0, 0, 0);
    }
}
