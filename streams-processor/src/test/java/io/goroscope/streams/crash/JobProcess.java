package io.goroscope.streams.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** A job instance that runs as a process of its own. */
final class JobProcess {

    private static final int END_LIMIT_S = 60;
    /** A task is revived, a thread is fenced since its transaction was aborted, a thread is replaced: whichever comes first. */
    private static final List<String> BEGINNING_AGAIN = List.of(
            "Detected the states of tasks",
            "Detected that the thread is being fenced",
            "a thread of the Streams job is replaced");

    private final String name;
    private final Path log;
    private final Process process;
    private boolean ended;

    /**
     * Starts it; returns at once.
     *
     * @param folder gets its settings, its log and its state
     * @param settings as {@link JobMain} wants them
     */
    JobProcess(String name, Path folder, Properties settings) {
        this.name = name;
        this.log = folder.resolve(name + ".log");
        Properties own = new Properties();
        own.putAll(settings);
        own.put(JobMain.STATE, folder.resolve(name + "-state").toString());
        Path file = folder.resolve(name + ".properties");
        try {
            try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
                own.store(out, null);
            }
            process = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx384m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Xshare:auto",
                            "-Dlogback.configurationFile=logback-instance.xml",
                            "-cp",
                            System.getProperty("java.class.path"),
                            JobMain.class.getName(),
                            file.toString()))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start instance " + name, e);
        }
    }

    /** SIGKILL. */
    void kill() {
        ended = true;
        process.destroyForcibly();
    }

    /** SIGTERM, and nothing else: {@link Process#destroy} closes its input as well, at which it would halt in the middle. */
    void terminate() {
        ended = true;
        process.toHandle().destroy();
    }

    /** Waits until it is gone. */
    void awaitEnd() {
        try {
            if (!process.waitFor(END_LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(name + " did not end within " + END_LIMIT_S + " s; see " + log);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Fails where it ended although nobody ended it. */
    void failIfGone() {
        if (!ended && !process.isAlive()) {
            throw new AssertionError(name + " gave up with exit code " + process.exitValue() + "; see " + log);
        }
    }

    /** True once it has got a task. */
    boolean hasWorked() {
        return log().contains("Restored and ready to run");
    }

    /** How often it had to begin again from what was committed, because the broker was away. */
    long restarts() {
        return log().lines()
                .filter(line -> BEGINNING_AGAIN.stream().anyMatch(line::contains))
                .count();
    }

    private String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + log, e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
