package io.goroscope.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Things that are made once and kept: toolchains, built programs, kernels.
 *
 * <p>It lies in {@code $GOROSCOPE_CACHE}, else in {@code ~/.cache/goroscope}. An entry appears whole or not at all, and
 * is made by one process at a time, so that tests can run side by side.
 */
public final class Cache {

    private static final Object IN_THIS_PROCESS = new Object();

    private Cache() {}

    /** Its folder, which exists. */
    public static Path root() {
        String named = System.getenv("GOROSCOPE_CACHE");
        Path root = named == null || named.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache", "goroscope")
                : Path.of(named);
        try {
            return Files.createDirectories(root.toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create the cache " + root + ": set GOROSCOPE_CACHE", e);
        }
    }

    /**
     * A folder of the cache, made by {@code maker} where it is not there yet.
     *
     * @param name relative path of the entry
     * @param maker fills the folder that it is given, which is empty; what it throws leaves no entry behind
     */
    public static Path folder(String name, Consumer<Path> maker) {
        Path entry = root().resolve(name);
        if (Files.isDirectory(entry)) {
            return entry;
        }
        synchronized (IN_THIS_PROCESS) {
            try {
                Files.createDirectories(entry.getParent());
                try (FileChannel channel = FileChannel.open(
                                entry.resolveSibling(entry.getFileName() + ".lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                        FileLock lock = channel.lock()) {
                    if (lock.isValid() && !Files.isDirectory(entry)) {
                        make(entry, maker);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot make " + entry, e);
            }
        }
        return entry;
    }

    private static void make(Path entry, Consumer<Path> maker) throws IOException {
        Path unfinished = Files.createTempDirectory(entry.getParent(), entry.getFileName() + ".part");
        try {
            maker.accept(unfinished);
            Files.move(unfinished, entry, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(unfinished);
        }
    }

    /** Deletes a folder and what is in it; nothing where it does not exist. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(folder)) {
            deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }
}
