package io.goroscope.collector.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A format as in C and Go, taken apart: literal text and verbs by turns.
 *
 * @param text as it was written
 * @param literals one more than verbs
 */
public record Format(String text, List<String> literals, List<Verb> verbs) {

    private static final String LETTERS = "duxsvTpft";
    private static final Pattern VERB = Pattern.compile("%(-?)(0?)(\\d{0,4})(?:\\.(\\d{1,3}))?(.)?", Pattern.DOTALL);

    /**
     * One verb.
     *
     * @param column where it stands in the specification
     * @param width least number of characters, 0 for any
     * @param precision digits after the point, or characters of a string; −1 where not given
     */
    public record Verb(int column, char letter, boolean left, boolean zeros, int width, int precision) {}

    public Format {
        literals = List.copyOf(literals);
        verbs = List.copyOf(verbs);
    }

    /** Reads a format that stands alone. */
    public static Format parse(String format) {
        return parse(format, format, IntStream.range(0, format.length()).toArray());
    }

    /**
     * Reads a format.
     *
     * @param text the whole specification, for messages
     * @param column of each character of {@code format} in it
     */
    static Format parse(String text, String format, int[] column) {
        List<String> literals = new ArrayList<>();
        List<Verb> verbs = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                literal.append(c);
                continue;
            }
            Matcher matcher = VERB.matcher(format).region(i, format.length());
            if (!matcher.lookingAt() || matcher.group(5) == null) {
                throw new SpecException(text, column[i], "the format ends within a verb; write %% for a percent sign");
            }
            char letter = matcher.group(5).charAt(0);
            if (letter == '%') {
                literal.append('%');
            } else if (LETTERS.indexOf(letter) < 0) {
                throw new SpecException(
                        text,
                        column[i],
                        "no verb %" + letter + "; there are %d %u %x %s %v %T %p %f %t, and %% for a percent sign");
            } else {
                literals.add(literal.toString());
                literal.setLength(0);
                String width = matcher.group(3);
                String precision = matcher.group(4);
                verbs.add(new Verb(
                        column[i],
                        letter,
                        !matcher.group(1).isEmpty(),
                        !matcher.group(2).isEmpty(),
                        width.isEmpty() ? 0 : Integer.parseInt(width),
                        precision == null ? -1 : Integer.parseInt(precision)));
            }
            i = matcher.end() - 1;
        }
        literals.add(literal.toString());
        return new Format(format, literals, verbs);
    }
}
