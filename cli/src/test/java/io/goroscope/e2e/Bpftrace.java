package io.goroscope.e2e;

import io.goroscope.testbed.Requirements;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** bpftrace with a program of its own, attached; closing it detaches. */
final class Bpftrace implements AutoCloseable {

    /**
     * What is done at each hit for {@link #hits}. Its own count() reads the map, adds one and writes it back: hits between
     * which a thread is preempted there are lost (199 of 202 and 201 of 202, in an emulated machine).
     */
    static final String TELL = " { printf(\"hit\\n\"); }";

    private static final String HIT = "hit";
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

    /** Ends it, and says how often it did {@link #TELL}. */
    long hits() throws IOException {
        process.toHandle().destroy(); // Process.destroy() would close what it prints as well
        long hits = 0;
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            hits += line.equals(HIT) ? 1 : 0;
        }
        return hits;
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
