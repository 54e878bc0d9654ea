package io.goroscope.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The source files of a program, which travel beside the classes or in their jar. */
record Sources(String program, SortedMap<String, byte[]> files) {

    /** @param program a folder of {@code testbed/programs} */
    static Sources of(String program) {
        URL url = Sources.class.getResource("programs/" + program);
        if (url == null) {
            throw new IllegalArgumentException("there is no test program " + program);
        }
        try {
            if (!(url.openConnection() instanceof JarURLConnection connection)) {
                return read(program, Path.of(url.toURI()));
            }
            // By the jar's path, not by the URI: of that a process has one at a time, and tests run side by side.
            Path file = Path.of(connection.getJarFileURL().toURI());
            try (FileSystem jar = FileSystems.newFileSystem(file)) {
                return read(program, jar.getPath(connection.getEntryName()));
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException("not a location: " + url, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the sources of " + program, e);
        }
    }

    private static Sources read(String program, Path folder) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return new Sources(program, files);
    }

    /** A hash of the files and of whatever else decides what is built, 16 hex digits. */
    String hash(String... rest) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            files.forEach((name, bytes) -> {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                digest.update(bytes);
            });
            for (String text : rest) {
                digest.update((byte) 0);
                digest.update(text.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Writes the files into a folder, with a go.mod for a version of the language. */
    void writeTo(Path folder, String language) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        Files.writeString(folder.resolve("go.mod"), "module " + program + "\n\ngo " + language + "\n");
    }
}
