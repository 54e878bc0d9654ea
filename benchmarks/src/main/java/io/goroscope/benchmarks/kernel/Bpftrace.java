package io.goroscope.benchmarks.kernel;

import io.goroscope.collector.process.Executables;
import io.goroscope.schemas.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** bpftrace, counting the calls of one function of one process. */
final class Bpftrace {

    private static final int LIMIT_S = 20;

    private final Process process;

    private Bpftrace(Process process) {
        this.process = process;
    }

    /** Starts it and waits until its probe is in place. */
    static Bpftrace count(Path binary, String function, int pid) throws IOException {
        if (Executables.find("bpftrace").isEmpty()) {
            throw new UserException("there is no bpftrace to compare with: apt-get install bpftrace");
        }
        Process process = new ProcessBuilder(
                        "bpftrace",
                        "-p",
                        String.valueOf(pid),
                        "-e",
                        "BEGIN { printf(\"attached\\n\"); } uprobe:" + binary + ":\"" + function
                                + "\" { @ = count(); }")
                .redirectErrorStream(true)
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            if (line.equals("attached")) {
                return new Bpftrace(process);
            }
        }
        throw new UserException("bpftrace ended: " + said);
    }

    /** Ends it, and waits until its probe is gone. */
    void close() {
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
