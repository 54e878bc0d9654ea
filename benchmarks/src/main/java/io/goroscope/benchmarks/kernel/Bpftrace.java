package io.goroscope.benchmarks.kernel;

import io.goroscope.collector.process.Executables;
import io.goroscope.schemas.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** bpftrace at one process. */
final class Bpftrace {

    private static final int LIMIT_S = 20;

    private final Process process;

    private Bpftrace(Process process) {
        this.process = process;
    }

    /** Counts the calls of a function. */
    static Bpftrace count(Path binary, String function, int pid) throws IOException {
        return run("uprobe:" + binary + ":\"" + function + "\" { @ = count(); }", pid);
    }

    /** Times the calls of a function: its entries by a uprobe, its returns by a uretprobe. Not for Go: it would crash. */
    static Bpftrace time(Path binary, String function, int pid) throws IOException {
        String at = "probe:" + binary + ":\"" + function + "\" ";
        return run("u" + at + "{ @start[tid] = nsecs; } uret" + at + "{ @ = hist(nsecs - @start[tid]); }", pid);
    }

    /** Starts it and waits until its probes are in place: intervals begin after that. */
    private static Bpftrace run(String program, int pid) throws IOException {
        if (Executables.find("bpftrace").isEmpty()) {
            throw new UserException("there is no bpftrace to compare with: apt-get install bpftrace");
        }
        Process process = new ProcessBuilder(
                        "bpftrace",
                        "-B",
                        "line",
                        "-p",
                        String.valueOf(pid),
                        "-e",
                        program + " interval:ms:100 { printf(\"attached\\n\"); }")
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
