package io.goroscope.e2e;

import io.goroscope.testbed.Requirements;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** bpftrace with a program of its own, attached; closing it detaches. */
final class Bpftrace implements AutoCloseable {

    private static final String ATTACHED = "attached";
    private static final int LIMIT_S = 60;

    private final Process process;
    private final BufferedReader out;

    private Bpftrace(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts it, and waits until it is attached.
     *
     * @param probes what it attaches, in its language; places within functions are taken as they are
     */
    static Bpftrace attach(String probes) throws IOException {
        Process process;
        try {
            // Intervals begin when every probe is attached.
            process = new ProcessBuilder(
                            "bpftrace",
                            "--unsafe",
                            "-B",
                            "line",
                            "-e",
                            probes + " interval:ms:100 { printf(\"" + ATTACHED + "\\n\"); }")
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            Requirements.unmet("bpf", "bpftrace does not start: " + e.getMessage());
            throw e;
        }
        Bpftrace bpftrace = new Bpftrace(process);
        bpftrace.awaitAttached();
        return bpftrace;
    }

    private void awaitAttached() throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.equals(ATTACHED)) {
                return;
            }
            said.append(line).append('\n');
        }
        throw new IllegalStateException("bpftrace ended: " + said);
    }

    /** Ends it, and reads the number that it prints for {@code @}. */
    long count() throws IOException {
        process.toHandle().destroy(); // Process.destroy() would close what it prints as well
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("@: ")) {
                return Long.parseLong(line.substring("@: ".length()));
            }
        }
        return 0;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
