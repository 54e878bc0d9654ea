package io.goroscope.testbed.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What executables and libraries need of the system to be loaded, as {@code ldd} finds it. */
final class SharedLibraries {

    private static final Pattern PATH = Pattern.compile("(?:=> )?(/\\S+) \\(0x[0-9a-f]+\\)");
    private static final Path SYSTEM = Path.of("/usr/lib/x86_64-linux-gnu");

    private SharedLibraries() {}

    /** The libraries that the given files need, and those that these need in turn. */
    static Set<Path> of(Collection<Path> files) {
        Set<Path> found = new TreeSet<>();
        for (Path file : files) {
            Matcher matcher = PATH.matcher(ldd(file));
            while (matcher.find()) {
                found.add(Path.of(matcher.group(1)));
            }
        }
        return found;
    }

    /**
     * A library of the system by the beginning of its name.
     *
     * @param name such as {@code libbpf.so.1}
     */
    static Path system(String name) {
        try (Stream<Path> files = Files.list(SYSTEM)) {
            return files.filter(file -> file.getFileName().toString().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new UncheckedIOException(new IOException("no " + name + " in " + SYSTEM)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + SYSTEM, e);
        }
    }

    private static String ldd(Path file) {
        try {
            Process process = new ProcessBuilder("ldd", file.toString())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            // It fails for static executables, which need nothing.
            process.waitFor();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run ldd on " + file, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in ldd", e);
        }
    }
}
