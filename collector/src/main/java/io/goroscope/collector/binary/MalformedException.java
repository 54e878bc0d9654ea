package io.goroscope.collector.binary;

/**
 * Bytes of a file that contradict its format.
 *
 * <p>Never leaves this package: {@link GoBinary} turns it into a line for the user, or does without the part.
 */
public final class MalformedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        super(message);
    }

    /** Parsing untrusted bytes may fail a million times in a fuzzer; nobody reads the stack. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
