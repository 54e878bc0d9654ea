package io.goroscope.collector;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** gccgo's shared runtime library, {@code libgo.so.N}, where the dynamic loader looks. */
final class GoLibrary {

    private static final List<Path> SYSTEM_FOLDERS = List.of(
            Path.of("/lib/x86_64-linux-gnu"),
            Path.of("/usr/lib/x86_64-linux-gnu"),
            Path.of("/lib/aarch64-linux-gnu"),
            Path.of("/usr/lib/aarch64-linux-gnu"),
            Path.of("/lib64"),
            Path.of("/usr/lib64"),
            Path.of("/usr/local/lib"));

    private static final List<String> LOADERS = List.of("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1");
    private static final String NAME = "libgo.so.";
    private static final String ARROW = " => ";

    private GoLibrary() {}

    /**
     * Finds the library; the newest where there are several.
     *
     * @throws UserException if there is none
     */
    static Path find() {
        List<Path> found = new ArrayList<>();
        for (Path folder : folders()) {
            if (Files.isDirectory(folder)) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, NAME + "*")) {
                    files.forEach(found::add);
                } catch (IOException e) {
                    throw new UserException("cannot look for libgo.so in " + folder + ": " + e.getMessage(), e);
                }
            }
        }
        if (found.isEmpty()) {
            cached().forEach(found::add);
        }
        return found.stream()
                .max((a, b) -> Integer.compare(version(a), version(b)))
                .orElseThrow(() -> new UserException(
                        "no libgo.so on this system: 'go:' means gccgo's shared library; for a gc program write"
                                + " its path, PATH:PATTERN"));
    }

    /** The one that the loader gives a program, as the loader itself says; empty for a program without. */
    static Optional<Path> of(Path executable) {
        return LOADERS.stream()
                .filter(loader -> Files.isExecutable(Path.of(loader)))
                .flatMap(loader ->
                        lines(loader, "--list", executable.toAbsolutePath().toString()))
                .filter(path -> path.getFileName().toString().startsWith(NAME))
                .findFirst();
    }

    /** What the loader's own cache has: lines such as {@code libgo.so.21 (libc6,x86-64) => /lib/…/libgo.so.21}. */
    private static Stream<Path> cached() {
        return lines("/sbin/ldconfig", "-p")
                .filter(path -> path.getFileName().toString().startsWith(NAME));
    }

    /** The paths that a tool of the loader prints behind its arrows; none where it fails. */
    private static Stream<Path> lines(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return output.lines()
                    .filter(line -> line.contains(ARROW))
                    .map(line ->
                            line.substring(line.indexOf(ARROW) + ARROW.length()).split(" \\(")[0])
                    .filter(path -> path.startsWith("/"))
                    .map(Path::of);
        } catch (IOException e) {
            return Stream.empty(); // not everybody has glibc
        }
    }

    private static List<Path> folders() {
        List<Path> folders = new ArrayList<>();
        String preferred = System.getenv("LD_LIBRARY_PATH");
        if (preferred != null) {
            for (String folder : preferred.split(":")) {
                folders.add(Path.of(folder));
            }
        }
        folders.addAll(SYSTEM_FOLDERS);
        return folders;
    }

    private static int version(Path library) {
        String[] parts = library.getFileName().toString().split("\\.");
        try {
            return Integer.parseInt(parts[2]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return 0;
        }
    }
}
