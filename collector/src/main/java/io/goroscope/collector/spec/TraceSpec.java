package io.goroscope.collector.spec;

import java.util.List;

/**
 * What one argument of {@code trace} says.
 *
 * @param text as written
 * @param target {@code BINARY:PATTERN}, or the pattern alone
 * @param filter null for every call
 * @param format null where every argument is to be printed by its name
 * @param arguments what the format's verbs stand for; without a format, what is to be printed instead of everything
 */
public record TraceSpec(String text, String target, Condition filter, Format format, List<Expression> arguments) {
    public TraceSpec {
        arguments = List.copyOf(arguments);
    }

    /** True where nothing says what to print: then everything is. */
    public boolean printsEverything() {
        return format == null && arguments.isEmpty();
    }
}
