package io.goroscope.schemas;

/** A record that cannot be what it claims to be. It goes to the dead-letter topic with its {@link Reason}. */
public final class BadRecordException extends Exception {

    private static final long serialVersionUID = 1;

    /** The kinds of badness; their names are the values of the dead-letter header {@code goroscope.reason}. */
    public enum Reason {
        /** It does not begin with the marker of single-object encoding, C3 01. */
        MARKER,
        /** No schema with its fingerprint was ever published, or not one for this topic. */
        FINGERPRINT,
        /** It ends before its last field does. */
        TRUNCATED,
        /** A length or count is negative, or more than the record can hold. */
        LENGTH,
        /** Bytes are left after the last field. */
        TRAILING,
        /** A field has a value that it can never have. */
        VALUE,
        /** A function belongs to no image of the batch. */
        FUNCTION,
        /** Time goes back by more than CPUs differ. */
        TIME
    }

    private final Reason reason;

    /**
     * @param reason what kind of bad record it is
     * @param detail the field and its value
     */
    public BadRecordException(Reason reason, String detail) {
        super(reason + ": " + detail);
        this.reason = reason;
    }

    /** What kind of bad record it is. */
    public Reason reason() {
        return reason;
    }
}
