package io.goroscope.collector.watch;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that a path with {@code *} stands for now. */
final class PathPattern {

    private static final String SPECIAL = "*?[{";

    private PathPattern() {}

    /** Those that exist; none for a pattern that goes across folders, which would mean to walk a disk. */
    static List<Path> files(String glob) {
        if (!glob.startsWith("/") || glob.contains("**")) {
            return List.of();
        }
        List<Path> found = List.of(Path.of("/"));
        for (String name : glob.substring(1).split("/")) {
            List<Path> next = new ArrayList<>();
            for (Path folder : found) {
                if (name.chars().noneMatch(c -> SPECIAL.indexOf(c) >= 0)) {
                    next.add(folder.resolve(name));
                } else {
                    next.addAll(matching(folder, name));
                }
            }
            found = next;
        }
        return found.stream().filter(Files::isRegularFile).toList();
    }

    private static List<Path> matching(Path folder, String name) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, name)) {
            entries.forEach(found::add);
        } catch (IOException | DirectoryIteratorException e) {
            return List.of(); // not there, or not for us: then a process that runs it will tell
        }
        return found;
    }
}
