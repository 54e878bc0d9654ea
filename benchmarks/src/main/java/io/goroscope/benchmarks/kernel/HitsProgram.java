package io.goroscope.benchmarks.kernel;

import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchain;
import io.goroscope.testbed.Toolchains;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The program {@code hits} of the testbed, running: it calls {@code main.hit} and says what a call took of its thread's CPU time. */
public final class HitsProgram implements AutoCloseable {

    /** The function that positive numbers of calls are of. */
    public static final String FUNCTION = "main.hit";

    /** A function whose first instruction is one that the kernel emulates; negative numbers of calls are of it. */
    static final String PLAIN_FUNCTION = "main.plain";

    private final Process process;
    private final BufferedReader out;

    private HitsProgram(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Its executable, built by this machine's Go. */
    static Path binary() {
        return TestProgram.build((Toolchain) Toolchains.local(), "hits", Flavor.NORMAL)
                .binary();
    }

    /** Starts it. */
    public static HitsProgram start() throws IOException {
        return start(binary());
    }

    /** The same of another program that does as it does. */
    static HitsProgram start(Path binary) throws IOException {
        HitsProgram program = new HitsProgram(new ProcessBuilder(binary.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        program.out.readLine();
        return program;
    }

    /** Its process id. */
    public int pid() {
        return (int) process.pid();
    }

    /** Ns of CPU time per call, of user and kernel: what others do on this machine meanwhile does not count. */
    double nsPerCall(int calls) throws IOException {
        process.getOutputStream().write((calls + "\n").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the program has ended");
        }
        return Double.parseDouble(line.split(" ")[0]);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
