package io.goroscope.collector.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The capabilities in effect, as {@code /proc/PID/status} gives them.
 *
 * @param bits the mask CapEff; bit numbers as in {@code include/uapi/linux/capability.h}
 */
record Capabilities(long bits) {

    private static final int SYS_PTRACE = 19;
    private static final int SYS_ADMIN = 21;
    private static final int PERFMON = 38;
    private static final int BPF = 39;

    static Capabilities ofThisProcess() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapEff:")) {
                    return new Capabilities(
                            Long.parseUnsignedLong(line.substring(7).strip(), 16));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading /proc/self/status", e);
        }
        throw new IllegalStateException("/proc/self/status has no CapEff");
    }

    /** Those that tracing needs and that are not there, separated by commas; empty if all are. */
    String missing() {
        List<String> missing = new ArrayList<>();
        if (!has(BPF) && !has(SYS_ADMIN)) {
            missing.add("CAP_BPF");
        }
        if (!has(PERFMON) && !has(SYS_ADMIN)) {
            missing.add("CAP_PERFMON");
        }
        if (!has(SYS_PTRACE)) {
            missing.add("CAP_SYS_PTRACE");
        }
        return String.join(", ", missing);
    }

    private boolean has(int capability) {
        return (bits >>> capability & 1) != 0;
    }
}
