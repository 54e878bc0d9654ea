package io.goroscope.testbed.kernels;

import io.goroscope.testbed.DebianPackages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A kernel to boot.
 *
 * @param version as {@code uname -r} prints it
 * @param image the compressed kernel
 */
public record Kernel(String version, Path image) {

    /** The suites of Debian whose kernels are tested. */
    public enum Suite {
        /** 6.1: no uprobe_multi. */
        BOOKWORM,
        /** 6.12: uprobe_multi. */
        TRIXIE,
        /** The newest, 7.x: register writes from a uprobe's program. */
        SID
    }

    /**
     * The kernel of a suite, fetched where the cache does not have it.
     *
     * @throws UncheckedIOException where it cannot be had
     */
    public static Kernel of(Suite suite) {
        String name = suite.name().toLowerCase(java.util.Locale.ROOT);
        // Debian's build for virtual machines is the smallest. The metapackage leads to the newest; its image package
        // has the kernel itself or, in newer suites, leads on to one that has.
        Path root = DebianPackages.unpackedDependencies(
                name, "linux-image-cloud-amd64", "linux-(image|binary)-[0-9].*-cloud-amd64");
        try (Stream<Path> files = Files.find(
                root,
                6,
                (path, attributes) -> attributes.isRegularFile()
                        && path.getFileName().toString().startsWith("vmlinuz"))) {
            Path image = files.findFirst()
                    .orElseThrow(() -> new UncheckedIOException(new IOException("no kernel in " + root)));
            String file = image.getFileName().toString();
            return new Kernel(
                    file.equals("vmlinuz")
                            ? image.getParent().getFileName().toString()
                            : file.substring("vmlinuz-".length()),
                    image);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot search " + root, e);
        }
    }
}
