package io.goroscope.collector;

import io.goroscope.collector.process.Executables;
import io.goroscope.schemas.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the binaries that a user names are: as the traced process sees them where there is one, else as the shell does.
 *
 * @param pid the process, or 0
 * @param command executable of the command to be started, or null
 */
record BinaryFinder(int pid, Path command) {

    /** Stands for gccgo's shared runtime library, wherever the loader finds it. */
    static final String GO_LIBRARY = "go";

    /** True where a pattern alone is enough. */
    boolean knowsBinary() {
        return pid != 0 || command != null;
    }

    /** What a pattern without a binary is about. */
    List<Path> unnamed() {
        return pid != 0
                ? GoImages.of(pid)
                : Stream.concat(Stream.of(command), GoLibrary.of(command).stream())
                        .toList();
    }

    /** The library, or a path as it is, or a bare name here or on PATH, as bcc does; empty if there is none. */
    Optional<Path> find(String binary) {
        if (binary.equals(GO_LIBRARY)) {
            return Optional.of(libgo());
        }
        Path path = Path.of(binary);
        Optional<Path> inside = pid == 0 ? Optional.empty() : GoImages.seenBy(pid, path);
        if (inside.isPresent()) {
            return inside;
        }
        if (Files.exists(path)) {
            return Optional.of(path);
        }
        return binary.contains("/") ? Optional.empty() : Executables.find(binary);
    }

    /**
     * The same.
     *
     * @throws UserException if there is none
     */
    Path require(String binary) {
        return find(binary)
                .orElseThrow(() -> new UserException(
                        binary.contains("/")
                                ? "cannot read " + binary + ": no such file"
                                : "cannot find " + binary + ": no such file here or on PATH"));
    }

    private Path libgo() {
        if (pid != 0) {
            return GoImages.libgo(pid)
                    .orElseThrow(() -> new UserException("pid=" + pid
                            + " has no libgo.so loaded: 'go:' means gccgo's shared library; for its own functions"
                            + " write the pattern alone"));
        }
        return command == null ? GoLibrary.find() : GoLibrary.of(command).orElseGet(GoLibrary::find);
    }
}
