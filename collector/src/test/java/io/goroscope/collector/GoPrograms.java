package io.goroscope.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/** Real Go programs for tests, built once in a run with the Go that this machine has. */
public final class GoPrograms {

    /** Debian's Prometheus: stripped, Go 1.19, linked by the C linker; nobody here wrote it. */
    public static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");

    private static final Path FOLDER = temporaryFolder();
    private static final Map<List<String>, Path> BUILT = new ConcurrentHashMap<>();

    private GoPrograms() {}

    private static Path temporaryFolder() {
        try {
            Path folder = Files.createTempDirectory("goroscope-programs");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteTree(folder)));
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException("cannot make a temporary folder", e);
        }
    }

    private static void deleteTree(Path folder) {
        run(Map.of(), folder.getParent(), List.of("rm", "-rf", folder.toString()));
    }

    /** The program of functions of every shape. {@code arguments} go to {@code go build}, {@code KEY=value} to its environment. */
    public static Path shapes(String... arguments) {
        return build("shapes", "/io/goroscope/collector/plan/shapes.go.txt", arguments);
    }

    private static Path build(String name, String resource, String... arguments) {
        List<String> key = new ArrayList<>(List.of(arguments));
        key.add(0, name);
        return BUILT.computeIfAbsent(key, k -> {
            try (InputStream source = GoPrograms.class.getResourceAsStream(resource)) {
                Path folder = Files.createTempDirectory(FOLDER, name);
                Files.write(folder.resolve("main.go"), source.readAllBytes());
                Files.writeString(folder.resolve("go.mod"), "module example.org/" + name + "\n\ngo 1.15\n");
                Path program = folder.resolve(name);
                List<String> command = new ArrayList<>(List.of(go(), "build", "-o", program.toString()));
                Map<String, String> environment = new ConcurrentHashMap<>();
                for (String argument : arguments) {
                    if (argument.startsWith("-")) {
                        command.add(argument);
                    } else {
                        environment.put(
                                argument.substring(0, argument.indexOf('=')),
                                argument.substring(argument.indexOf('=') + 1));
                    }
                }
                command.add(".");
                run(environment, folder, command);
                return program;
            } catch (IOException e) {
                throw new IllegalStateException("cannot build " + name, e);
            }
        });
    }

    /** The {@code go} command. */
    public static String go() {
        for (String folder : (System.getenv("PATH") + ":/usr/local/go/bin").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, "go"))) {
                return Path.of(folder, "go").toString();
            }
        }
        return skip("no go command on PATH or in /usr/local/go/bin");
    }

    /** Debian's Prometheus, or the test is skipped. */
    public static Path prometheus() {
        return Files.isReadable(PROMETHEUS) ? PROMETHEUS : Path.of(skip("no " + PROMETHEUS + "; install prometheus"));
    }

    private static String skip(String reason) {
        String required = System.getenv().getOrDefault("GOROSCOPE_REQUIRE", "");
        if (required.contains("bpf")) {
            fail(reason);
        }
        Assumptions.abort(reason);
        throw new AssertionError("unreachable");
    }

    /** What a command prints; it must succeed. */
    public static String run(Map<String, String> environment, Path folder, List<String> command) {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
            builder.environment().put("GOFLAGS", "-mod=mod");
            builder.environment().put("GOTOOLCHAIN", "local");
            builder.environment().putAll(environment);
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
            return output;
        } catch (IOException e) {
            throw new IllegalStateException("cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted: " + command, e);
        }
    }
}
