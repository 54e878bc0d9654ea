package io.goroscope.collector.spec;

import io.goroscope.schemas.UserException;

/** A mistake in a trace specification: one line that names the column. */
public final class SpecException extends UserException {

    private static final long serialVersionUID = 1L;

    /** @param column where in the text, counted from 1 */
    public SpecException(String text, int column, String problem) {
        super("column " + column + " of '" + text.replace('\n', ' ') + "': " + problem);
    }
}
