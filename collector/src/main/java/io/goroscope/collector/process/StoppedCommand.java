package io.goroscope.collector.process;

import io.goroscope.schemas.UserException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A command that is started, but stopped before its first instruction, so that probes can be attached first.
 *
 * <p>A shell stops itself and then execs the command: the process id is the command's own from the beginning.
 */
public final class StoppedCommand implements AutoCloseable {

    private static final String STOP_AND_EXEC = "kill -STOP $$; exec \"$0\" \"$@\"";
    private static final String STDOUT_TO_STDERR = "exec 1>&2; ";
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long TERM_LIMIT_S = 5;

    private final Process process;
    private boolean resumed;

    private StoppedCommand(Process process) {
        this.process = process;
    }

    /**
     * Starts a command and waits until it is stopped. It shares our standard streams.
     *
     * @param words the program and its arguments
     * @param stdoutToStderr true where our own standard output has to stay clean
     * @throws UserException if it cannot be started
     */
    public static StoppedCommand start(List<String> words, boolean stdoutToStderr) {
        List<String> shell = new ArrayList<>(List.of("/bin/sh", "-c"));
        shell.add(stdoutToStderr ? STDOUT_TO_STDERR + STOP_AND_EXEC : STOP_AND_EXEC);
        shell.addAll(words);
        try {
            StoppedCommand command = new StoppedCommand(new ProcessBuilder(shell)
                    .directory(new File("").getAbsoluteFile())
                    .inheritIO()
                    .start());
            command.awaitStopped(words.get(0));
            return command;
        } catch (IOException e) {
            throw new UserException("cannot start " + words.get(0) + ": " + e.getMessage(), e);
        }
    }

    /** Process id of the command. */
    public int pid() {
        return Math.toIntExact(process.pid());
    }

    /** Lets it run. */
    public void resume() {
        signal("CONT");
        resumed = true;
    }

    /** True once it has ended. */
    public boolean hasEnded() {
        return !process.isAlive();
    }

    /** Ends it if it still runs: with SIGTERM, and after 5 s with SIGKILL. */
    @Override
    public void close() {
        if (!process.isAlive()) {
            return;
        }
        if (!resumed) {
            // It has not begun: nothing of its own is lost.
            process.destroyForcibly();
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(TERM_LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void awaitStopped(String name) {
        long deadline = System.nanoTime() + LIMIT_NS;
        while (!isStopped()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new UserException("cannot start " + name + ": the shell before it did not stop");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private boolean isStopped() {
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
        } catch (IOException e) {
            return false; // gone; isAlive tells
        }
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process.pid())
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0 && process.isAlive()) {
                throw new UserException("cannot send SIG" + name + " to pid=" + process.pid());
            }
        } catch (IOException e) {
            throw new UserException("cannot send SIG" + name + " to pid=" + process.pid(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserException("interrupted while starting pid=" + process.pid(), e);
        }
    }
}
