package io.goroscope.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.goroscope.testbed.Comparison;
import io.goroscope.testbed.Observed;
import io.goroscope.testbed.Truth;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The goroscope command in a process of its own, as a user starts it. Closing it ends it. */
final class Terminal implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int LINE_LIMIT_S = 300;
    private static final String DIRECT = "the broker takes records; the spool is empty";

    private final Process process;
    private final Path stdout;
    private final BufferedReader stderr;
    private final StringBuilder said = new StringBuilder();

    private Terminal(Process process, Path stdout) {
        this.process = process;
        this.stdout = stdout;
        this.stderr = process.errorReader(StandardCharsets.UTF_8);
    }

    static Terminal start(String... arguments) {
        return startBy(List.of(), arguments);
    }

    /** The same by another program, which changes what it may do. */
    static Terminal startBy(List<String> before, String... arguments) {
        return startBy(before, System.getProperty("java.class.path"), arguments);
    }

    /** The same with the classes from elsewhere. */
    static Terminal startBy(List<String> before, String classPath, String[] arguments) {
        List<String> words = new ArrayList<>(before);
        words.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classPath,
                "io.goroscope.cli.Main"));
        words.addAll(List.of(arguments));
        try {
            Path stdout = Files.createTempFile("terminal", ".stdout");
            return new Terminal(
                    new ProcessBuilder(words).redirectOutput(stdout.toFile()).start(), stdout);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + words, e);
        }
    }

    /** Waits until stderr says that everything is attached. */
    void awaitAttached() {
        awaitLineWith("Ctrl-C");
    }

    /** The same, and that a collector with a spool sends to the broker directly; either may come first. */
    void awaitAttachedAndDirect() {
        awaitAttached();
        if (!stderr().contains(DIRECT)) {
            awaitDirect();
        }
    }

    /** Waits until stderr says (again) that records go to the broker directly. */
    void awaitDirect() {
        awaitLineWith(DIRECT);
    }

    /** Waits until stderr says something in one line. A program that does not say it in time is ended. */
    String awaitLineWith(String text) {
        CompletableFuture<Void> end = CompletableFuture.runAsync(
                process::destroyForcibly, CompletableFuture.delayedExecutor(LINE_LIMIT_S, TimeUnit.SECONDS));
        try {
            for (String line = stderr.readLine(); line != null; line = stderr.readLine()) {
                said.append(line).append('\n');
                if (line.contains(text)) {
                    return line;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read stderr", e);
        } finally {
            end.cancel(false);
        }
        throw new IllegalStateException(
                "it ended, or was ended after " + LINE_LIMIT_S + " s, before it said " + text + ": " + said);
    }

    /** Its process id. */
    long pid() {
        return process.pid();
    }

    /** Sends it a signal, such as HUP. */
    void signal(String name) {
        try {
            int code = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid())
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill -" + name + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run kill", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Waits for its end with exit code 0, and reads the last line of JSON. */
    JsonNode json() {
        List<JsonNode> lines = jsonLines();
        return lines.get(lines.size() - 1);
    }

    /** Waits for its end with exit code 0, and reads each line of JSON. */
    List<JsonNode> jsonLines() {
        finish();
        List<JsonNode> lines = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(stdout)) {
                lines.add(JSON.readTree(line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + stdout, e);
        }
        return lines;
    }

    /** What it has printed on stdout so far. */
    String stdout() {
        try {
            return Files.readString(stdout);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + stdout, e);
        }
    }

    /** What it has said on stderr, as far as it was read. */
    String stderr() {
        return said.toString();
    }

    /** Ends it as Ctrl-C does; where a shell has us ignore that, as it does for what it starts in the background, as kill does. */
    void interrupt() {
        String pid = String.valueOf(process.pid());
        try {
            new ProcessBuilder("sh", "-c", "kill -INT \"$0\"; kill -TERM \"$0\"", pid)
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run kill", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Waits for its end with exit code 0, and reads all that it printed. */
    List<String> lines() {
        finish();
        try {
            return Files.readAllLines(stdout);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + stdout, e);
        }
    }

    /** Waits for its end with exit code 0. */
    void finish() {
        try {
            // Its stderr is closed at its end; what is read here keeps the pipe from filling up.
            stderr.lines().forEach(line -> said.append(line).append('\n'));
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("it did not end: " + said);
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException("it ended with " + process.exitValue() + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Holds a line of {@code funccount --json} against the truth: only {@code calls} means something. */
    static Comparison counts(JsonNode line, Truth truth) {
        List<Map.Entry<String, Observed>> observed = new ArrayList<>();
        for (JsonNode function : line.get("functions")) {
            observed.add(Map.entry(
                    function.get("name").asText(),
                    new Observed(function.get("count").asLong(), 0, 0, 0, 0, 0, 0, 0)));
        }
        return Comparison.of(truth, observed, unseen(observed, truth));
    }

    /** Holds a line of {@code funclatency --json} against the truth. */
    static Comparison pairs(JsonNode line, Truth truth) {
        List<Map.Entry<String, Observed>> observed = new ArrayList<>();
        for (JsonNode function : line.get("functions")) {
            JsonNode reasons = function.get("abandoned_by");
            observed.add(Map.entry(
                    function.get("name").asText(),
                    new Observed(
                            function.get("calls").asLong(),
                            function.get("paired").asLong(),
                            reasons.get("panic").asLong(),
                            reasons.get("goexit").asLong(),
                            reasons.get("process_end").asLong(),
                            reasons.get("goroutine_end").asLong()
                                    + function.get("open").asLong()
                                    + reasons.get("unknown").asLong(),
                            function.get("unmatched").asLong(),
                            function.get("uncertain").asLong())));
        }
        return Comparison.of(truth, observed, unseen(observed, truth));
    }

    /** What the command does not show; the comparison forgives only the kinds that may be refused. */
    private static Set<String> unseen(List<Map.Entry<String, Observed>> observed, Truth truth) {
        Set<String> seen = observed.stream().map(Map.Entry::getKey).collect(Collectors.toSet());
        return truth.functions().stream()
                .map(Truth.Function::name)
                .filter(name -> !seen.contains(name))
                .collect(Collectors.toSet());
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            stderr.close();
            Files.deleteIfExists(stdout);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + stdout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
