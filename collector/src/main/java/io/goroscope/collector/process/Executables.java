package io.goroscope.collector.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Programs by name, as a shell finds them. */
public final class Executables {

    private Executables() {}

    /** The first executable file of that name in the folders of PATH. */
    public static Optional<Path> find(String name) {
        String folders = System.getenv("PATH");
        if (folders == null) {
            return Optional.empty();
        }
        for (String folder : folders.split(File.pathSeparator, -1)) {
            Path path = Path.of(folder, name);
            if (Files.isRegularFile(path) && Files.isExecutable(path)) {
                return Optional.of(path);
            }
        }
        return Optional.empty();
    }
}
