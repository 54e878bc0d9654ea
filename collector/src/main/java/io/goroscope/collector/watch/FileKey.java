package io.goroscope.collector.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;

/**
 * Which file, told cheaply. Without the device: containers of one image see the same file on an overlay of each its own.
 *
 * @param inode inode
 * @param bytes size
 * @param modified last modification
 */
record FileKey(long inode, long bytes, FileTime modified) {

    /** That of a path or a link of /proc; empty where there is none, or it may not be looked at. */
    static Optional<FileKey> of(Path path) {
        try {
            Map<String, Object> found = Files.readAttributes(path, "unix:ino,size,lastModifiedTime,isRegularFile");
            return (boolean) found.get("isRegularFile")
                    ? Optional.of(new FileKey((long) found.get("ino"), (long) found.get("size"), (FileTime)
                            found.get("lastModifiedTime")))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
