package io.goroscope.collector;

import io.goroscope.schemas.UserException;
import java.nio.file.Path;

/**
 * {@code BINARY:PATTERN} as a user writes it.
 *
 * @param binary the executable or library, or null where a process id says which
 * @param pattern which functions
 */
public record TargetSpec(Path binary, String pattern) {

    /**
     * Reads a specification. The binary ends at the first colon behind which a pattern stands; a Go name may have colons
     * of its own ({@code type:.eq.main.T}), so what has no binary before its colon is a pattern where a process is given.
     *
     * @param text what the user wrote
     * @param files where binaries are looked for, and whether there is one without being named
     * @throws UserException if there is no such binary, or no pattern
     */
    public static TargetSpec parse(String text, BinaryFinder files) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            if (files.knowsBinary()) {
                return new TargetSpec(null, nonEmpty(text, text));
            }
            throw new UserException(
                    "'" + text + "' names no binary: write BINARY:PATTERN, or give a process with -p PID");
        }
        String binary = text.substring(0, colon);
        String pattern = text.substring(colon + 1);
        if (files.knowsBinary() && (binary.isEmpty() || files.find(binary).isEmpty())) {
            return new TargetSpec(null, binary.isEmpty() ? nonEmpty(pattern, text) : text);
        }
        if (binary.isEmpty()) {
            throw new UserException("'" + text + "' names no binary before the colon: write BINARY:PATTERN");
        }
        return new TargetSpec(files.require(binary), nonEmpty(pattern, text));
    }

    private static String nonEmpty(String pattern, String text) {
        if (pattern.isEmpty()) {
            throw new UserException("'" + text + "' has no pattern after the colon: write BINARY:PATTERN");
        }
        return pattern;
    }
}
