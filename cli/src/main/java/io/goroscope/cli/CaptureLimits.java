package io.goroscope.cli;

import io.goroscope.collector.kernel.CaptureOp;
import io.goroscope.schemas.UserException;
import picocli.CommandLine.Option;

/** The options by which a command says how much of each value it captures. */
public final class CaptureLimits {

    private static final int DEEPEST = 8;

    @Option(
            names = "--max-bytes",
            paramLabel = "N",
            defaultValue = "256",
            description = "Cut strings and slices after N bytes (at most 2048; default 256).")
    private int mostBytes;

    @Option(
            names = "--depth",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many pointers are followed (default 2).")
    private int reach;

    /** Bytes of a string or slice at most. */
    public int mostBytes() {
        return mostBytes;
    }

    /** How many pointers are followed. */
    public int reach() {
        return reach;
    }

    /** Refuses what cannot be. */
    public void check() {
        if (mostBytes < 1 || mostBytes > CaptureOp.MOST_BYTES) {
            throw new UserException("--max-bytes " + mostBytes + ": it is from 1 to " + CaptureOp.MOST_BYTES);
        }
        if (reach < 0 || reach > DEEPEST) {
            throw new UserException("--depth " + reach + ": it is from 0 to " + DEEPEST);
        }
    }
}
