package io.goroscope.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
     * @param packages names; a trailing {@code *} takes the newest package whose name begins so
     * @return a folder in the cache
     * @throws UncheckedIOException where the packages cannot be had, with apt's words
     */
    public static Path unpacked(String suite, String... packages) {
        String entry = String.join("+", packages).replace("*", "_");
        return Cache.folder("debian/" + suite + "/" + entry, folder -> {
            List<String> apt = apt(suite);
            try {
                Path downloads = Files.createDirectory(folder.resolve("downloads"));
                List<String> names = Arrays.stream(packages)
                        .map(name -> name.endsWith("*") ? newest(apt, name.substring(0, name.length() - 1)) : name)
                        .toList();
                Command.of(concat(concat(apt, List.of("download")), names))
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

    private static String newest(List<String> apt, String prefix) {
        List<String> cache = new ArrayList<>(apt);
        cache.set(0, "apt-cache");
        cache.remove("-qq");
        return Command.of(concat(cache, List.of("pkgnames", prefix)))
                .run()
                .lines()
                .filter(name -> name.matches(java.util.regex.Pattern.quote(prefix) + "[0-9.+~a-z]*-cloud-amd64"))
                .max(DebianPackages::compareNumbers)
                .orElseThrow(() -> new UncheckedIOException(new IOException("no package begins with " + prefix)));
    }

    /** Compares names by the numbers in them. */
    static int compareNumbers(String left, String right) {
        int[] a = numbers(left);
        int[] b = numbers(right);
        return Arrays.compare(a, b);
    }

    private static int[] numbers(String name) {
        return Arrays.stream(name.split("[^0-9]+"))
                .filter(part -> !part.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
