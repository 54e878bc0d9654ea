package io.goroscope.cli.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A line that is written over on a terminal; elsewhere a line now and then. */
final class StatusLine {

    private static final String TO_LINE_START_AND_CLEAR = "\r\033[K";

    /** Every how many updates a line is printed where lines cannot be written over. */
    private static final int PLAIN_EVERY = 10;

    private final PrintStream out;
    private final boolean terminal;
    private int updates;

    StatusLine(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    static StatusLine onStandardOutput() {
        return new StatusLine(System.out, isTerminal(Path.of("/proc/self/fd/1")));
    }

    /** Shows a new text; to be called once a second. */
    void update(String text) {
        if (terminal) {
            out.print(TO_LINE_START_AND_CLEAR + text);
        } else if (updates % PLAIN_EVERY == 0) {
            out.println(text);
        }
        updates++;
        out.flush();
    }

    /** Prints a line that stays. */
    void println(String text) {
        out.println((terminal && updates > 0 ? TO_LINE_START_AND_CLEAR : "") + text);
        out.flush();
    }

    /** Ends the line. */
    void end() {
        if (terminal && updates > 0) {
            out.println();
        }
        out.flush();
    }

    /** System.console() says yes on newer Java even where the output is a pipe, so ask the kernel. */
    private static boolean isTerminal(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }
}
