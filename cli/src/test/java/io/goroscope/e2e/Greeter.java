package io.goroscope.e2e;

import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program {@code hello} of the testbed, running: it greets when it is told to. Closing it ends it. */
final class Greeter implements AutoCloseable {

    private static final int LIMIT_S = 60;

    private final Process process;
    private final BufferedReader stdout;

    private Greeter(Process process) {
        this.process = process;
        this.stdout = process.inputReader(StandardCharsets.UTF_8);
        awaitReady();
    }

    static Path gc() {
        return TestProgram.build(Toolchains.requireLocal(), "hello", Flavor.NORMAL)
                .binary();
    }

    static Path gccgo() {
        return TestProgram.build(Toolchains.requireGccgo(), "hello", Flavor.GCCGO_SHARED)
                .binary();
    }

    /**
     * Starts it; it waits.
     *
     * @param times how often it greets each time
     * @param command the program, or what starts it in a way of its own
     */
    static Greeter start(int times, String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.add(String.valueOf(times));
        words.add("wait");
        try {
            return new Greeter(new ProcessBuilder(words)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + words, e);
        }
    }

    String pid() {
        return String.valueOf(process.pid());
    }

    /** Has it greet, and waits until it has. */
    void greet() {
        try {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException("it does not listen", e);
        }
        awaitReady();
    }

    /** Lets it end, and returns its exit code. */
    int end() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
                throw new IllegalStateException("it did not end");
            }
            return process.exitValue();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close its stdin", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void awaitReady() {
        try {
            for (String line = stdout.readLine(); !"ready".equals(line); line = stdout.readLine()) {
                if (line == null) {
                    throw new IllegalStateException("it ended with " + process.waitFor());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what it says", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
