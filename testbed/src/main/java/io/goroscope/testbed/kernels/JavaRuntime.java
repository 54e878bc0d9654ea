package io.goroscope.testbed.kernels;

import io.goroscope.testbed.Cache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A small Java runtime, linked from the one that runs this, with its class-data archive. */
final class JavaRuntime {

    private static final String MODULES =
            "java.base,java.logging,java.management,java.naming,java.sql,java.xml,jdk.unsupported,jdk.zipfs";

    private JavaRuntime() {}

    /** Its folder; {@code bin/java} is in it. */
    static Path folder() {
        Path home = Path.of(System.getProperty("java.home"));
        return Cache.folder("runtime/" + System.getProperty("java.vm.version"), unfinished -> {
                    // jlink makes its folder itself.
                    Path image = unfinished.resolve("image");
                    run(List.of(
                            home.resolve("bin/jlink").toString(),
                            "--add-modules=" + MODULES,
                            "--strip-debug",
                            "--no-man-pages",
                            "--no-header-files",
                            "--output=" + image));
                    run(List.of(image.resolve("bin/java").toString(), "-XX:+UseSerialGC", "-Xshare:dump"));
                })
                .resolve("image");
    }

    private static void run(List<String> words) {
        try {
            Path output = Files.createTempFile("runtime", ".log");
            try {
                Process process = new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                if (process.waitFor() != 0) {
                    throw new UncheckedIOException(new IOException(words + " failed: " + Files.readString(output)));
                }
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + words, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in " + words, e);
        }
    }
}
