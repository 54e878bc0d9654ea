package io.goroscope.schemas;

/**
 * Something that the user can mend: bad input, a missing permission, a broker that is away.
 *
 * <p>The message is one line that says what was attempted, with which value, and what to do: {@code cannot attach to
 * pid=4242: no such process}. The command prints it on stderr and exits with 2; the cause goes to the log.
 */
public class UserException extends RuntimeException {

    /** @param message one line, without a final full stop */
    public UserException(String message) {
        super(message);
    }

    /**
     * @param message one line, without a final full stop
     * @param cause for the log
     */
    public UserException(String message, Throwable cause) {
        super(message, cause);
    }
}
