package io.goroscope.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A {@code hello} that greets so often at each line that it gets. Closing it ends it. */
final class HelloProgram implements AutoCloseable {

    private final Process process;
    private final BufferedReader stdout;
    private final OutputStream stdin;
    private final int each;

    private HelloProgram(Process process, int each) {
        this.process = process;
        this.each = each;
        this.stdout = process.inputReader(StandardCharsets.US_ASCII);
        this.stdin = process.getOutputStream();
    }

    static HelloProgram start(Path binary) {
        return start(binary, 1);
    }

    static HelloProgram start(Path binary, int each) {
        try {
            return new HelloProgram(
                    new ProcessBuilder(binary.toString(), String.valueOf(each), "wait")
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start(),
                    each);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + binary, e);
        }
    }

    int pid() {
        return Math.toIntExact(process.pid());
    }

    /** Sends so many lines, and waits after each until it has greeted. */
    void greet(int times) {
        try {
            for (int i = 0; i < times; i++) {
                await("ready");
                stdin.write('\n');
                stdin.flush();
                for (int greet = 0; greet < each; greet++) {
                    await("Hello, Go! " + greet);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("pid=" + pid() + " does not greet", e);
        }
    }

    /** Lets it execute itself: the same process, begun again. */
    void executeItself() {
        try {
            await("ready");
            stdin.write(new byte[] {'x', '\n'});
            stdin.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("pid=" + pid() + " does not execute itself", e);
        }
    }

    private void await(String line) throws IOException {
        String said = stdout.readLine();
        if (!line.equals(said)) {
            throw new IllegalStateException("pid=" + pid() + " said '" + said + "', not '" + line + "'");
        }
    }

    /** Lets it end, with exit code 0. */
    void finish() {
        try {
            stdin.close();
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IllegalStateException("pid=" + pid() + " did not end well");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
