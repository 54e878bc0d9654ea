package io.goroscope.cli;

import java.nio.charset.StandardCharsets;

/** Lines of the table that {@code list} prints, each filled from left to right, all in one buffer. */
final class TableLine {

    private static final String BLANKS = " ".repeat(64);
    private static final String GAP = "  ";

    /** Of each column, in characters; negative for one that is aligned to the right. */
    private final int[] widths;

    private final StringBuilder text = new StringBuilder(1 << 10);
    private int column;

    TableLine(int nameWidth, int sourceWidth) {
        widths = new int[] {nameWidth, 10, sourceWidth, -7, -6, -7, 7};
    }

    TableLine words(String... words) {
        for (String word : words) {
            word(word);
        }
        return this;
    }

    TableLine word(String word) {
        int width = widths[column++];
        if (width < 0) {
            blanks(-width - word.length());
            text.append(word);
        } else {
            text.append(word);
            blanks(width - word.length());
        }
        text.append(GAP);
        return this;
    }

    TableLine number(long number) {
        int start = text.length();
        text.append(number);
        int width = widths[column++];
        int blanks = -width - (text.length() - start);
        if (blanks > 0) {
            text.insert(start, BLANKS, 0, blanks);
        }
        text.append(GAP);
        return this;
    }

    TableLine source(String file, int line) {
        int start = text.length();
        text.append(file).append(':').append(line);
        blanks(widths[column++] - (text.length() - start));
        text.append(GAP);
        return this;
    }

    TableLine rest(String words) {
        text.append(words);
        return this;
    }

    private void blanks(int count) {
        if (count > 0) {
            text.append(BLANKS, 0, Math.min(count, BLANKS.length()));
        }
    }

    /** Ends the line, and begins the next one. */
    void end() {
        int length = text.length();
        while (length > 0 && text.charAt(length - 1) == ' ') {
            length--;
        }
        text.setLength(length);
        text.append('\n');
        column = 0;
    }

    /** A line that says which file the next ones are about. */
    void title(String image) {
        text.append(image).append(":\n");
    }

    /** All lines. */
    byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
