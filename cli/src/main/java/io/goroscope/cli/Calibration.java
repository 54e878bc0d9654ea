package io.goroscope.cli;

import io.goroscope.collector.kernel.HitCost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Measures what a hit costs on this machine, beside the start of a command. */
final class Calibration {

    private final CompletableFuture<Optional<HitCost>> measured;

    private Calibration(CompletableFuture<Optional<HitCost>> measured) {
        this.measured = measured;
    }

    /** Begins, on a thread of its own. */
    static Calibration start() {
        return new Calibration(CompletableFuture.supplyAsync(() -> {
            try {
                return HitCost.measure(Path.of(System.getProperty("java.io.tmpdir")));
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        }));
    }

    /** The cost, once it is measured; empty where that failed, or on another architecture than x86-64. */
    Optional<HitCost> cost() {
        try {
            return measured.join();
        } catch (CompletionException e) {
            // A result without its cost is better than none: a folder for temporary files may forbid executable
            // mappings.
            return Optional.empty();
        }
    }
}
