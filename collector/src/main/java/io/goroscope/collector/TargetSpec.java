package io.goroscope.collector;

import io.goroscope.collector.process.Executables;
import io.goroscope.schemas.UserException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code BINARY:PATTERN} as a user writes it.
 *
 * @param binary the executable or library, or null where a process id says which
 * @param pattern which functions
 */
public record TargetSpec(Path binary, String pattern) {

    /** Stands for gccgo's shared runtime library, wherever the loader finds it. */
    public static final String GO_LIBRARY = "go";

    /**
     * Reads a specification. The binary ends at the first colon behind which a pattern stands; a Go name may have colons
     * of its own ({@code type:.eq.main.T}), so what has no binary before its colon is a pattern where a process is given.
     *
     * @param text what the user wrote
     * @param processGiven true where {@code -p} says which binary is meant
     * @throws UserException if there is no such binary, or no pattern
     */
    public static TargetSpec parse(String text, boolean processGiven) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            if (processGiven) {
                return new TargetSpec(null, nonEmpty(text, text));
            }
            throw new UserException(
                    "'" + text + "' names no binary: write BINARY:PATTERN, or give a process with -p PID");
        }
        String binary = text.substring(0, colon);
        String pattern = text.substring(colon + 1);
        if (processGiven && (binary.isEmpty() || !exists(binary))) {
            return new TargetSpec(null, binary.isEmpty() ? nonEmpty(pattern, text) : text);
        }
        if (binary.isEmpty()) {
            throw new UserException("'" + text + "' names no binary before the colon: write BINARY:PATTERN");
        }
        return new TargetSpec(resolve(binary), nonEmpty(pattern, text));
    }

    private static boolean exists(String binary) {
        return binary.equals(GO_LIBRARY) || find(binary) != null;
    }

    private static Path resolve(String binary) {
        if (binary.equals(GO_LIBRARY)) {
            return GoLibrary.find();
        }
        Path found = find(binary);
        if (found == null) {
            throw new UserException(
                    binary.contains("/")
                            ? "cannot read " + binary + ": no such file"
                            : "cannot find " + binary + ": no such file here or on PATH");
        }
        return found;
    }

    /** A path as it is; a bare name here or on PATH, as bcc does. */
    private static Path find(String binary) {
        Path path = Path.of(binary);
        if (Files.exists(path)) {
            return path;
        }
        return binary.contains("/") ? null : Executables.find(binary).orElse(null);
    }

    private static String nonEmpty(String pattern, String text) {
        if (pattern.isEmpty()) {
            throw new UserException("'" + text + "' has no pattern after the colon: write BINARY:PATTERN");
        }
        return pattern;
    }
}
