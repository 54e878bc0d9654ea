package io.goroscope.benchmarks;

import java.io.PrintStream;
import java.nio.file.Path;

/** What a benchmark gets from the frame. */
public final class BenchContext {

    private final String benchmark;
    private final Path folder;
    private final PrintStream progress;
    private final long startedNs = System.nanoTime();

    BenchContext(String benchmark, Path folder, PrintStream progress) {
        this.benchmark = benchmark;
        this.folder = folder;
        this.progress = progress;
    }

    /** A folder for its files; it is empty at the start and removed at the end. */
    public Path folder() {
        return folder;
    }

    /** Tells the user how far it is, in a line. */
    public void progress(String line) {
        progress.printf("%s %4d s: %s%n", benchmark, (System.nanoTime() - startedNs) / 1_000_000_000, line);
    }
}
