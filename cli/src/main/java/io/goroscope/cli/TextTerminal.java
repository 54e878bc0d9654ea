package io.goroscope.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The terminal that standard output may be, and its size. */
final class TextTerminal {

    private static final int USUAL_ROWS = 24;
    private static final int USUAL_COLUMNS = 80;

    /** In characters. */
    record Size(int rows, int columns) {}

    private TextTerminal() {}

    /** Whether standard output is one. */
    static boolean isStandardOutput() {
        try {
            String file = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty") || file.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** Its size now; 24 by 80 where it does not say. */
    static Size size() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/proc/self/fd/1"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String[] words = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ");
            if (words.length == 2 && !words[0].equals("0")) {
                return new Size(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
            }
        } catch (IOException | NumberFormatException e) {
            // No stty, or no terminal: the usual size does.
            return new Size(USUAL_ROWS, USUAL_COLUMNS);
        }
        return new Size(USUAL_ROWS, USUAL_COLUMNS);
    }
}
