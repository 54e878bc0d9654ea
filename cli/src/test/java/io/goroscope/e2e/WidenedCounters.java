package io.goroscope.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The BPF programs, compiled with a helper's calls within each addition to a counter: room to be preempted there. */
enum WidenedCounters {
    /** As they are otherwise. */
    ATOMIC("", 1),
    /**
     * With a plain addition, which must be seen to lose calls. In one run of thirty it loses none, as its goroutines come one
     * after the other; five such in a row are one in 24 million.
     */
    PLAIN(" -DTEST_PLAIN_COUNTERS", 5);

    private static final int HELPER_CALLS = 300;

    private final String flags;
    private final int runs;

    WidenedCounters(String flags, int runs) {
        this.flags = flags;
        this.runs = runs;
    }

    /** How many runs the truth is given to refute them. */
    String runs() {
        return String.valueOf(runs);
    }

    /** A class-path entry that has the compiled programs. */
    Path compiled() throws IOException, InterruptedException {
        Path root = Path.of("target/widened/" + name()).toAbsolutePath();
        Process make = new ProcessBuilder(
                        "make",
                        "--no-print-directory",
                        "-C",
                        "../bpf",
                        "OUT=" + root.resolve("io/goroscope/bpf"),
                        "EXTRA_CFLAGS=-DTEST_WINDOW=" + HELPER_CALLS + flags)
                .inheritIO()
                .start();
        if (make.waitFor() != 0) {
            throw new IOException("cannot compile the programs with" + flags);
        }
        return Files.createDirectories(root);
    }
}
