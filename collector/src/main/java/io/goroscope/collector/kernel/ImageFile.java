package io.goroscope.collector.kernel;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.Image;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file of an image, held open while it is attached to, and known to be the one that was planned: a path may name
 * another file by now, and a probe in the wrong place would write a breakpoint into the middle of an instruction.
 */
final class ImageFile implements AutoCloseable {

    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final int RET = 0xc3;
    private static final int WINDOW_BYTES = 256 * 1024;

    private final String displayPath;
    private final Fd fd;
    private final FileChannel channel;
    // The part of the file that was read last: places come in order of address, many to a page.
    private byte[] window = {};
    private long windowOffset;

    private ImageFile(String displayPath, Fd fd, FileChannel channel) {
        this.displayPath = displayPath;
        this.fd = fd;
        this.channel = channel;
    }

    static ImageFile open(Image image) {
        int number = Libc.instance().open(image.path().toString(), O_RDONLY_CLOEXEC);
        if (number < 0) {
            throw new UserException(
                    "cannot open " + image.displayPath() + " to attach probes: " + Errno.text(Errno.last()));
        }
        Fd fd = new Fd(number);
        try {
            Path path = Path.of(link(fd));
            long device = (long) Files.getAttribute(path, "unix:dev");
            long inode = (long) Files.getAttribute(path, "unix:ino");
            if (device != image.device() || inode != image.inode() || isOtherBuild(path, image)) {
                throw new UserException("cannot attach to " + image.displayPath()
                        + ": the file was replaced after it was read; run the command again");
            }
            return new ImageFile(image.displayPath(), fd, FileChannel.open(path, StandardOpenOption.READ));
        } catch (IOException e) {
            fd.close();
            throw new UserException("cannot read " + image.displayPath() + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** The same file may have been written anew. What is no ELF file has no build id: the code of a calibration. */
    private static boolean isOtherBuild(Path path, Image image) throws IOException {
        String buildId = GoBinary.buildId(path);
        return !buildId.isEmpty() && !buildId.equals(image.buildId());
    }

    /** A path that is this very file, whatever happens to its name. */
    String path() {
        return link(fd);
    }

    String displayPath() {
        return displayPath;
    }

    /** Whether the instruction is the one-byte {@code ret} (not {@code ret imm16}, nor {@code rep ret}). */
    boolean isPlainRet(long offset) {
        if (offset < windowOffset || offset >= windowOffset + window.length) {
            window = read(offset, (int) Math.min(WINDOW_BYTES, Math.max(1, size() - offset)));
            windowOffset = offset;
        }
        return (window[(int) (offset - windowOffset)] & 0xff) == RET;
    }

    private long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw new UserException("cannot read " + displayPath + ": " + e.getMessage(), e);
        }
    }

    /** Exactly {@code length} bytes. */
    byte[] read(long offset, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw new UserException(
                            "cannot attach to " + displayPath + ": it ends before offset " + (offset + length));
                }
            }
        } catch (IOException e) {
            throw new UserException("cannot read " + displayPath + ": " + e.getMessage(), e);
        }
        return bytes.array();
    }

    private static String link(Fd fd) {
        return "/proc/self/fd/" + fd.number();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            fd.close();
        }
    }
}
