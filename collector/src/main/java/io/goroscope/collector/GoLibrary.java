package io.goroscope.collector;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
                try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "libgo.so.*")) {
                    files.forEach(found::add);
                } catch (IOException e) {
                    throw new UserException("cannot look for libgo.so in " + folder + ": " + e.getMessage(), e);
                }
            }
        }
        return found.stream()
                .max((a, b) -> Integer.compare(version(a), version(b)))
                .orElseThrow(() -> new UserException(
                        "no libgo.so on this system: 'go:' means gccgo's shared library; for a gc program write"
                                + " its path, PATH:PATTERN"));
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
