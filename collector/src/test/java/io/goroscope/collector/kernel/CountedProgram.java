package io.goroscope.collector.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A running {@code src/test/go/counted}: a Go program that knows how often it called each function. */
final class CountedProgram implements AutoCloseable {

    private final Process process;
    private final BufferedReader out;
    private final PrintStream in;

    private CountedProgram(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    /** Compiles the program, unless that was done since its source changed. */
    static Path binary() throws IOException, InterruptedException {
        Path source = Path.of("src/test/go/counted/main.go").toAbsolutePath();
        Path binary = Path.of("target/test-go/counted").toAbsolutePath();
        if (!Files.exists(binary)
                || Files.getLastModifiedTime(binary).compareTo(Files.getLastModifiedTime(source)) < 0) {
            Files.createDirectories(binary.getParent());
            output(List.of("go", "build", "-o", binary.toString(), source.toString()));
        }
        return binary;
    }

    static CountedProgram start() throws IOException, InterruptedException {
        return of(new ProcessBuilder(binary().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Takes a process that runs the program, and waits until it is ready. */
    static CountedProgram of(Process process) {
        CountedProgram program = new CountedProgram(process);
        program.expect("ready");
        return program;
    }

    int pid() {
        return (int) process.pid();
    }

    /** Calls everything, and comes back when all has returned. */
    void run(int goroutines, int rounds) {
        in.println("run " + goroutines + " " + rounds);
        expect("done");
    }

    /** Has it replace itself. */
    void exec() {
        in.println("exec");
        expect("ready");
    }

    /** How often each function was called, by its full name. */
    Map<String, Long> counts() {
        in.println("counts");
        Map<String, Long> counts = new HashMap<>();
        for (String line = readLine(); !"done".equals(line); line = readLine()) {
            String[] words = line.split(" ", 2);
            counts.put("main." + words[0], Long.parseLong(words[1]));
        }
        return counts;
    }

    int quit() throws InterruptedException {
        in.println("quit");
        return process.waitFor();
    }

    private void expect(String line) {
        String found = readLine();
        if (!line.equals(found)) {
            throw new IllegalStateException("expected '" + line + "', the program said '" + found + "'");
        }
    }

    private String readLine() {
        try {
            return out.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        in.close(); // the end of its input makes it quit
        process.onExit()
                .completeOnTimeout(null, 5, TimeUnit.SECONDS)
                .thenRun(process::destroyForcibly)
                .join();
    }

    /** Runs a command to its end. */
    static List<String> output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            reader.lines().forEach(lines::add);
        }
        if (process.waitFor() != 0) {
            throw new IOException(command + " failed: " + lines);
        }
        return lines;
    }
}
