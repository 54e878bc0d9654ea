package io.goroscope.cli.demo;

import io.goroscope.cli.broker.FolderTree;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder for temporary files that says whose it is: {@code goroscope-demo-PID-START}, START being when that process
 * started, in ms since 1970, since pids come again. A process that was killed leaves its folder; the next one to come
 * removes it.
 */
final class WorkFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WorkFolder.class);
    private static final String PREFIX = "goroscope-demo-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{1,9})-(\\d{1,18})");

    /** The broker alone writes some MB; with less than this a demo would end in the middle. */
    private static final long NEEDED_BYTES = 256L << 20;

    private final Path path;

    private WorkFolder(Path path) {
        this.path = path;
    }

    /**
     * Removes folders of processes that are gone, and makes one for this process.
     *
     * @param parent the system's folder for temporary files
     * @throws UserException if it cannot be written or has little space
     */
    static WorkFolder create(Path parent) {
        ProcessHandle self = ProcessHandle.current();
        Path path = parent.resolve(PREFIX + self.pid() + "-" + startedMs(self).orElse(0L));
        try {
            removeStale(parent);
            Files.createDirectories(path);
            long free = Files.getFileStore(path).getUsableSpace();
            if (free < NEEDED_BYTES) {
                FolderTree.delete(path);
                throw new UserException("too little space for the demo in " + parent + ": " + (free >> 20)
                        + " MB are free, " + (NEEDED_BYTES >> 20)
                        + " MB are needed; free some, or point TMPDIR at another disk");
            }
        } catch (IOException e) {
            throw new UserException(
                    "cannot use " + parent + " for temporary files: " + e + "; point TMPDIR at another folder", e);
        }
        return new WorkFolder(path);
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            FolderTree.delete(path);
        } catch (IOException e) {
            LOG.warn("cannot remove {}", path, e);
        }
    }

    private static void removeStale(Path parent) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path each : folders) {
                Matcher name = NAME.matcher(each.getFileName().toString());
                if (name.matches() && !isAlive(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)))) {
                    try {
                        FolderTree.delete(each);
                    } catch (IOException e) {
                        // Another user's, or two demos that start at once: not in our way.
                        LOG.debug("cannot remove {}", each, e);
                    }
                }
            }
        }
    }

    private static boolean isAlive(long pid, long startedMs) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        return process.isPresent() && startedMs(process.get()).orElse(0L) == startedMs;
    }

    private static Optional<Long> startedMs(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli);
    }
}
