package io.goroscope.collector.spec;

import java.nio.charset.StandardCharsets;

/** Fuzz target: specifications of {@code trace}, as somebody may type them. */
public final class SpecFuzz {

    private SpecFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        try {
            SpecParser.parse(text);
        } catch (SpecException e) {
            requireOneLine(e);
        }
        try {
            SpecParser.parseValue(text);
        } catch (SpecException e) {
            requireOneLine(e);
        }
    }

    /** The text itself and a mark below the column. */
    private static void requireOneLine(SpecException e) {
        if (e.getMessage() == null || e.getMessage().isBlank()) {
            throw new IllegalStateException("no message", e);
        }
    }
}
