package io.goroscope.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * What a test needs of the machine.
 *
 * <p>{@link #require} skips the test and says why where the machine does not have it; with the name in the environment
 * variable {@code GOROSCOPE_REQUIRE} (comma-separated) it fails instead. Names: {@code bpf} (root or the capabilities,
 * uprobes, BTF), {@code docker} (a daemon that answers), {@code kernels} (an emulator and kernels to boot), {@code go}
 * (a Go toolchain), {@code python} (Python 3 that can make virtual environments).
 */
public final class Requirements {

    private static final Map<String, Supplier<Optional<String>>> OBSTACLES = Map.of(
            "bpf", Requirements::bpfObstacle,
            "docker", Requirements::dockerObstacle,
            "kernels", Requirements::kernelsObstacle,
            "go", Requirements::goObstacle,
            "python", Requirements::pythonObstacle);

    private static final Map<String, Optional<String>> FOUND = new ConcurrentHashMap<>();

    private Requirements() {}

    /**
     * Skips the calling test, or fails it, if the machine lacks something.
     *
     * @param name one of the names above
     * @throws IllegalArgumentException for any other name
     */
    public static void require(String name) {
        obstacle(name).ifPresent(reason -> unmet(name, reason));
    }

    /**
     * Skips the calling test, or fails it, for a reason that the test found itself.
     *
     * @param name as in {@code GOROSCOPE_REQUIRE}
     * @param reason what is missing
     */
    public static void unmet(String name, String reason) {
        String message = "needs " + name + ": " + reason;
        if (required().contains(name)) {
            Assertions.fail(message + " (GOROSCOPE_REQUIRE=" + name + ")");
        }
        Assumptions.abort(message);
    }

    /** Why the machine lacks it, or empty where it does not. */
    public static Optional<String> obstacle(String name) {
        Supplier<Optional<String>> finder = OBSTACLES.get(name);
        if (finder == null) {
            throw new IllegalArgumentException("no requirement is named " + name + "; there are " + OBSTACLES.keySet());
        }
        return FOUND.computeIfAbsent(name, unused -> finder.get());
    }

    private static Set<String> required() {
        return Arrays.stream(System.getenv()
                        .getOrDefault("GOROSCOPE_REQUIRE", "")
                        .trim()
                        .split("[,\\s]+"))
                .collect(Collectors.toSet());
    }

    private static final int CAP_SYS_ADMIN = 21;
    private static final int CAP_PERFMON = 38;
    private static final int CAP_BPF = 39;

    private static Optional<String> bpfObstacle() {
        try {
            long capabilities = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .mapToLong(line -> Long.parseUnsignedLong(
                            line.substring("CapEff:".length()).trim(), 16))
                    .findFirst()
                    .orElse(0);
            boolean allowed =
                    has(capabilities, CAP_SYS_ADMIN) || (has(capabilities, CAP_BPF) && has(capabilities, CAP_PERFMON));
            if (!allowed) {
                return Optional.of("neither CAP_SYS_ADMIN nor CAP_BPF and CAP_PERFMON");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc/self/status", e);
        }
        for (String needed : new String[] {"/sys/kernel/btf/vmlinux", "/sys/bus/event_source/devices/uprobe/type"}) {
            if (!Files.isReadable(Path.of(needed))) {
                return Optional.of(needed + " is not readable");
            }
        }
        return Optional.empty();
    }

    private static boolean has(long capabilities, int number) {
        return (capabilities >>> number & 1) != 0;
    }

    private static Optional<String> dockerObstacle() {
        return Command.of("docker", "version", "--format", "{{.Server.Version}}")
                .attempt()
                .failure("docker does not answer");
    }

    private static Optional<String> kernelsObstacle() {
        return Command.of("qemu-system-x86_64", "--version").attempt().failure("qemu-system-x86_64 does not run");
    }

    private static Optional<String> pythonObstacle() {
        return Command.of("python3", "-c", "import ensurepip, venv")
                .attempt()
                .failure("python3 cannot make virtual environments (python3-venv)");
    }

    private static Optional<String> goObstacle() {
        return Toolchains.local() instanceof Toolchains.Missing missing
                ? Optional.of(missing.reason())
                : Optional.empty();
    }
}
