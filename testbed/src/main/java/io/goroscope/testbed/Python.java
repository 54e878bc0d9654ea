package io.goroscope.testbed;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Python with packages from PyPI, each set made once: the oracle from another language. */
public final class Python {

    private Python() {}

    /**
     * An interpreter that has packages. Skips the calling test where there is no Python, or PyPI does not answer.
     *
     * @param packages each with its version: {@code name==version}
     */
    public static Path with(String... packages) {
        Requirements.require("python");
        try {
            return interpreter(Cache.folder("python/" + String.join("+", packages), folder -> {
                Command.of("python3", "-m", "venv", folder.toString()).run();
                // By the interpreter, since the scripts beside it know only the folder that they were made in.
                List<String> install =
                        new ArrayList<>(List.of(interpreter(folder).toString(), "-m", "pip", "--quiet"));
                install.addAll(List.of("--disable-pip-version-check", "install", "--only-binary=:all:"));
                install.addAll(List.of(packages));
                Command.of(install).run();
            }));
        } catch (UncheckedIOException e) {
            Requirements.unmet("python", "cannot install " + String.join(" ", packages) + ": " + e.getMessage());
            throw e;
        }
    }

    private static Path interpreter(Path folder) {
        return folder.resolve("bin").resolve("python");
    }

    /**
     * Runs a script to its end.
     *
     * @return what it printed
     * @throws RuntimeException with its output, where it fails
     */
    public static String run(Path interpreter, Path script, Path... arguments) {
        List<String> words = new ArrayList<>(List.of(interpreter.toString(), script.toString()));
        for (Path each : arguments) {
            words.add(each.toString());
        }
        return Command.of(words).run();
    }
}
