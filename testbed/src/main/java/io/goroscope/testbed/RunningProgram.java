package io.goroscope.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A test program that runs. Closing it ends the process, by its pid, whatever state it is in.
 *
 * <p>The order is: {@link #release} lets it begin, {@link #truth} reads what it counted, {@link #finish} lets it end.
 * In between it can be paused where it was started with {@code -control}.
 */
public final class RunningProgram implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String END = "";

    private final Process process;
    private final OutputStream stdin;
    private final Path errors;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private RunningProgram(Process process, Path errors) {
        this.process = process;
        this.stdin = process.getOutputStream();
        this.errors = errors;
        Thread reader = new Thread(this::read, "stdout of " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a binary of the program {@code truth} and waits until it stands before its first call.
     *
     * @param flags of the program, such as {@code -seed=7}
     */
    public static RunningProgram start(Path binary, List<String> flags) {
        return startBy(List.of(binary.toString()), flags);
    }

    /**
     * Starts the program by other words than its path, such as those that run it in a container. What these words start
     * has to pass stdin and stdout on; {@link #pid} is theirs, then, and not the program's.
     *
     * @param command the words in place of the path
     * @param flags of the program
     */
    public static RunningProgram startBy(List<String> command, List<String> flags) {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of("-wait", "-hold"));
        words.addAll(flags);
        try {
            Path errors = Files.createTempFile("truth", ".stderr");
            Process process =
                    new ProcessBuilder(words).redirectError(errors.toFile()).start();
            RunningProgram running = new RunningProgram(process, errors);
            try {
                running.expect("ready ", LIMIT);
            } catch (RuntimeException e) {
                running.close();
                throw e;
            }
            return running;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + words, e);
        }
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** False once it has ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Lets it begin. */
    public void release() {
        say("go");
    }

    /** Stops it between two rounds, when no counted call is open but the held ones; needs {@code -control}. */
    public Truth pause() {
        say("pause");
        return truth();
    }

    /** Lets it go on after {@link #pause}. */
    public void resume() {
        say("resume");
    }

    /** Lets it end its last round; needs {@code -control}. */
    public void stop() {
        say("stop");
    }

    /** Waits for the next truth that it prints: at its end, at a pause, and before each exec of itself. */
    public Truth truth() {
        return truth(LIMIT);
    }

    /** As {@link #truth()}, of a program that may run for so long. */
    public Truth truth(Duration limit) {
        return Truth.parse(expect("truth ", limit));
    }

    /**
     * Lets it end after its last truth, and waits for that.
     *
     * @return its exit code; 128 + the signal where a signal ended it
     */
    public int finish() {
        say("end");
        return exitCode();
    }

    /** Waits for its end. */
    public int exitCode() {
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("pid=" + pid() + " did not end within " + LIMIT);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for pid=" + pid(), e);
        }
    }

    /** What it wrote to stderr so far. */
    public String stderr() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + errors, e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        exitCode();
        try {
            Files.deleteIfExists(errors);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + errors, e);
        }
    }

    private void say(String word) {
        try {
            stdin.write((word + "\n").getBytes(StandardCharsets.US_ASCII));
            stdin.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("pid=" + pid() + " does not take " + word + ": " + stderr(), e);
        }
    }

    /** The rest of the next line that begins with a word. */
    private String expect(String word, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (true) {
                String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (line == null) {
                    throw new IllegalStateException("pid=" + pid() + " printed no \"" + word + "\" within " + limit);
                }
                if (line.equals(END)) {
                    throw new IllegalStateException(
                            "pid=" + pid() + " ended with " + exitCode() + " without \"" + word + "\": " + stderr());
                }
                if (line.startsWith(word)) {
                    return line.substring(word.length());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for pid=" + pid(), e);
        }
    }

    private void read() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isEmpty()) {
                    lines.add(line);
                }
            }
        } catch (IOException e) {
            lines.add("stdout broke: " + e.getMessage());
        } finally {
            lines.add(END);
        }
    }
}
