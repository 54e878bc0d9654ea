package io.goroscope.testbed.kernels;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes a cpio archive in the form that the kernel unpacks at boot: {@code newc}, see
 * Documentation/driver-api/early-userspace/buffer-format.rst of the kernel.
 *
 * <pre>
 *  "070701" | 13 fields of 8 hex digits | name, NUL, padded to 4 | content, padded to 4
 *  ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
 * </pre>
 *
 * Several archives after each other are unpacked after each other.
 */
final class Initramfs implements AutoCloseable {

    private static final int FOLDER = 0040755;
    private static final int EXECUTABLE = 0100755;
    private static final int DEVICE = 0020600;

    private final OutputStream out;
    private final Set<String> written = new HashSet<>();
    private long position;
    private int inode = 1;

    Initramfs(Path file) throws IOException {
        out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
    }

    /** Adds a file of the host at its own path, or all files of a folder. A link becomes what it points to. */
    void add(Path path) throws IOException {
        add(path.toAbsolutePath(), path.toAbsolutePath().toString());
    }

    /**
     * Adds a file or folder of the host.
     *
     * @param name absolute path in the archive
     */
    void add(Path path, String name) throws IOException {
        if (!Files.isDirectory(path)) {
            add(name, Files.readAllBytes(path));
            return;
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(path)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            add(name + "/" + path.relativize(file), Files.readAllBytes(file));
        }
    }

    /** Adds an executable file, once; the folders above it come first. */
    void add(String name, byte[] content) throws IOException {
        parents(name);
        if (written.add(name)) {
            entry(name, EXECUTABLE, content, 0, 0);
        }
    }

    /** Adds a character device. */
    void device(String name, int major, int minor) throws IOException {
        parents(name);
        entry(name, DEVICE, new byte[0], major, minor);
    }

    private void parents(String name) throws IOException {
        for (int slash = name.indexOf('/', 1); slash > 0; slash = name.indexOf('/', slash + 1)) {
            String folder = name.substring(0, slash);
            if (written.add(folder)) {
                entry(folder, FOLDER, new byte[0], 0, 0);
            }
        }
    }

    private void entry(String name, int mode, byte[] content, int major, int minor) throws IOException {
        byte[] path = name.substring(1).getBytes(StandardCharsets.UTF_8);
        header(path.length + 1, mode, content.length, major, minor);
        write(path);
        write(new byte[1]);
        pad();
        write(content);
        pad();
    }

    private void header(int nameSize, int mode, int size, int major, int minor) throws IOException {
        int[] fields = {inode++, mode, 0, 0, 1, 0, size, 0, 0, major, minor, nameSize, 0};
        StringBuilder header = new StringBuilder("070701");
        for (int field : fields) {
            header.append(String.format("%08x", field));
        }
        write(header.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private void pad() throws IOException {
        write(new byte[(int) (-position & 3)]);
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        position += bytes.length;
    }

    @Override
    public void close() throws IOException {
        try (out) {
            entry("/TRAILER!!!", 0, new byte[0], 0, 0);
        }
    }
}
