package io.goroscope.cli;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** A file that is there while a command does its work: for health checks of what has no port to ask. */
final class ReadyFile implements AutoCloseable {

    @Option(
            names = "--ready-file",
            paramLabel = "FILE",
            description = "Keep this file while it works, and only then: for health checks of containers.")
    private Path file;

    private boolean ready;

    /** Makes the file, or removes it. Cheap where nothing has changed. */
    void set(boolean now) {
        if (file == null || now == ready) {
            return;
        }
        try {
            if (now) {
                Files.write(file, new byte[0]);
            } else {
                Files.deleteIfExists(file);
            }
            ready = now;
        } catch (IOException e) {
            throw new UserException("cannot write --ready-file " + file + ": " + e, e);
        }
    }

    @Override
    public void close() {
        set(false);
    }
}
