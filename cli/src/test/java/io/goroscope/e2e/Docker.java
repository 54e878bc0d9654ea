package io.goroscope.e2e;

import io.goroscope.testbed.Requirements;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.testcontainers.utility.DockerImageName;

/** The engine's command line, and the images of the container tests: those of testbed/images where they were built. */
final class Docker {

    static final String GOROSCOPE = "goroscope:local";
    static final String KAFKA = "goroscope-local/kafka";
    static final String PROMETHEUS = "goroscope-local/prometheus";
    /** Any root with a libc: for the traced program. */
    static final String BASE = "goroscope-local/base";

    static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

    private Docker() {}

    /** Skips the calling test, or fails it, without an engine or without the images. */
    static void require() {
        Requirements.require("docker");
        for (String image : List.of(GOROSCOPE, KAFKA, PROMETHEUS, BASE)) {
            if (run(Map.of(), List.of("docker", "image", "inspect", image)).code() != 0) {
                Requirements.unmet("docker", "no image " + image + "; testbed/images/build makes it");
            }
        }
    }

    /** The broker's image under the name that Testcontainers asks for. */
    static DockerImageName kafka() {
        return DockerImageName.parse(KAFKA).asCompatibleSubstituteFor("apache/kafka");
    }

    /** Engines before 23 know neither CAP_BPF nor CAP_PERFMON. */
    static boolean knowsBpfCapabilities() {
        String version = output("docker", "version", "--format", "{{.Server.Version}}");
        return Integer.parseInt(version.substring(0, version.indexOf('.'))) >= 23;
    }

    /** How a command ended. */
    record Result(int code, String output) {}

    /** Runs a command in the checkout to its end. */
    static Result run(Map<String, String> environment, List<String> words) {
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(CHECKOUT.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output.strip());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + words, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in " + words, e);
        }
    }

    /** What a command prints that has to succeed. */
    static String output(String... words) {
        Result result = run(Map.of(), List.of(words));
        if (result.code() != 0) {
            throw new AssertionError(String.join(" ", words) + " ended with " + result.code() + ": " + result.output());
        }
        return result.output();
    }

    /** The words of a list after those of another. */
    static List<String> join(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
