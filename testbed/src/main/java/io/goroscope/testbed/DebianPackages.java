package io.goroscope.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Packages of any suite of Debian, unpacked beside the system and never installed into it.
 *
 * <p>apt runs with a sources list, lists, cache and status file of its own; the archive is the one that the system's
 * own sources name. Nothing of the system's apt is changed.
 */
public final class DebianPackages {

    private static final Path KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");

    private DebianPackages() {}

    /**
     * The packages' files, as they would lie under {@code /}.
     *
     * @param suite such as {@code bullseye}
     * @param packages their names
     * @return a folder in the cache
     * @throws UncheckedIOException where the packages cannot be had, with apt's words
     */
    public static Path unpacked(String suite, List<String> packages) {
        return unpacked(suite, String.join("+", packages), apt -> packages);
    }

    /**
     * The files of those packages that a package depends on, or what it depends on does.
     *
     * @param suite such as {@code bullseye}
     * @param name of the package
     * @param pattern regular expression for the names of the packages that are wanted
     * @return a folder in the cache
     * @throws UncheckedIOException where the packages cannot be had, with apt's words
     */
    public static Path unpackedDependencies(String suite, String name, String pattern) {
        return unpacked(suite, name, apt -> dependencies(apt, name, pattern));
    }

    private static Path unpacked(String suite, String entry, Function<List<String>, List<String>> choice) {
        return Cache.folder("debian/" + suite + "/" + entry, folder -> {
            List<String> apt = apt(suite);
            try {
                Path downloads = Files.createDirectory(folder.resolve("downloads"));
                Command.of(concat(concat(apt, List.of("download")), choice.apply(apt)))
                        .in(downloads)
                        .run();
                try (Stream<Path> files = Files.list(downloads)) {
                    for (Path file : files.sorted().toList()) {
                        Command.of("dpkg", "-x", file.toString(), folder.toString())
                                .run();
                    }
                }
                Cache.delete(downloads);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot unpack " + entry + " of " + suite, e);
            }
        });
    }

    /** apt-get with a state of its own, its lists up to date. */
    private static List<String> apt(String suite) {
        if (!Files.isReadable(KEYRING)) {
            throw new UncheckedIOException(new IOException("no " + KEYRING + ": not a Debian system"));
        }
        Path state = Cache.root().resolve("apt").resolve(suite);
        try {
            Files.createDirectories(state.resolve("lists/partial"));
            Files.createDirectories(state.resolve("cache/archives/partial"));
            Files.writeString(
                    state.resolve("sources.list"),
                    "deb [signed-by=" + KEYRING + "] " + archive() + " " + suite + " main\n");
            Files.writeString(state.resolve("status"), "");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare apt's state in " + state, e);
        }
        List<String> apt = List.of(
                "apt-get",
                "-qq",
                "-oDir::State=" + state,
                "-oDir::State::Lists=" + state.resolve("lists"),
                "-oDir::State::status=" + state.resolve("status"),
                "-oDir::Cache=" + state.resolve("cache"),
                "-oDir::Etc::SourceList=" + state.resolve("sources.list"),
                "-oDir::Etc::SourceParts=/dev/null",
                "-oAcquire::Languages=none",
                "-oAPT::Sandbox::User=root",
                "-oDebug::NoLocking=1");
        Command.of(concat(apt, List.of("update"))).run();
        return apt;
    }

    /** The archive that the system installs from. */
    private static String archive() {
        return Command.of("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")
                .run()
                .lines()
                .filter(uri -> uri.replaceAll("/+$", "").endsWith("/debian"))
                .findFirst()
                .orElseThrow(() -> new UncheckedIOException(
                        new IOException("the system's apt names no archive that ends in /debian")));
    }

    /** The packages that a package leads to, by a pattern of their names. */
    private static List<String> dependencies(List<String> apt, String name, String pattern) {
        List<String> cache = new ArrayList<>(apt.subList(2, apt.size()));
        cache.addAll(0, List.of("apt-cache"));
        cache.addAll(List.of("depends", "--recurse", "--no-recommends", "--no-suggests", name));
        List<String> found = Command.of(cache)
                .run()
                .lines()
                .filter(line -> line.matches(pattern))
                .distinct()
                .toList();
        if (found.isEmpty()) {
            throw new UncheckedIOException(new IOException(name + " leads to no package like " + pattern));
        }
        return found;
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
