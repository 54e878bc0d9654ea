package io.goroscope.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A command that runs to its end, with what it printed. */
final class Command {

    private final List<String> words;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Path folder = Path.of(".");

    private Command(List<String> words) {
        this.words = new ArrayList<>(words);
    }

    static Command of(String... words) {
        return new Command(Arrays.asList(words));
    }

    static Command of(List<String> words) {
        return new Command(words);
    }

    Command with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    Command with(Map<String, String> variables) {
        environment.putAll(variables);
        return this;
    }

    Command in(Path where) {
        folder = where;
        return this;
    }

    /**
     * How it ended.
     *
     * @param code exit code; −1 where it could not be started
     * @param output stdout and stderr in the order of writing
     */
    record Result(String command, int code, String output) {

        boolean succeeded() {
            return code == 0;
        }

        /** Why it failed, in one line; empty where it did not. */
        Optional<String> failure(String what) {
            return succeeded() ? Optional.empty() : Optional.of(what + ": " + lastLine());
        }

        private String lastLine() {
            String[] lines = output.strip().split("\n");
            return lines[lines.length - 1].strip();
        }
    }

    /** Runs it, and reports a failure as a result. */
    Result attempt() {
        String text = String.join(" ", words);
        ProcessBuilder builder =
                new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(text, process.waitFor(), output);
        } catch (IOException e) {
            return new Result(text, -1, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Result(text, -1, "interrupted");
        }
    }

    /** Runs it, and throws where it fails. */
    String run() {
        Result result = attempt();
        if (!result.succeeded()) {
            throw new UncheckedIOException(
                    new IOException(result.command() + " ended with " + result.code() + ": " + result.output()));
        }
        return result.output();
    }
}
