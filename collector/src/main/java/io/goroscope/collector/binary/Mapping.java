package io.goroscope.collector.binary;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file mapped read-only, unmapped when closed rather than when the collector of garbage gets to it: the pages of a
 * big binary would count as this process's memory until then.
 */
final class Mapping implements AutoCloseable {

    private static final MethodHandle INVOKE_CLEANER = invokeCleaner();

    private final FileChannel channel;
    private MappedByteBuffer bytes;

    private Mapping(FileChannel channel, MappedByteBuffer bytes) {
        this.channel = channel;
        this.bytes = bytes;
    }

    static Mapping of(Path path, String displayPath) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            long size = channel.size();
            if (size > Integer.MAX_VALUE) {
                throw new UserException("cannot read " + displayPath + ": " + size
                        + " bytes; binaries of 2 GiB and more are not read; strip its debug information");
            }
            return new Mapping(channel, channel.map(FileChannel.MapMode.READ_ONLY, 0, size));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Copies bytes of the file without touching the mapping, whose pages would count as this process's memory.
     *
     * @param offset in the file
     * @return how many bytes were copied: fewer only where the file ends
     */
    int copy(long offset, byte[] into, int size) throws IOException {
        ByteBuffer target = ByteBuffer.wrap(into, 0, size);
        while (target.hasRemaining()) {
            if (channel.read(target, offset + target.position()) < 0) {
                break;
            }
        }
        return target.position();
    }

    ByteBuffer bytes() {
        return bytes;
    }

    @Override
    public void close() {
        MappedByteBuffer mapped = bytes;
        bytes = null;
        if (mapped != null) {
            try {
                INVOKE_CLEANER.invoke(mapped);
            } catch (Throwable e) {
                throw new IllegalStateException("cannot unmap a file", e);
            }
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a file", e);
        }
    }

    /** {@code sun.misc.Unsafe.invokeCleaner}, in module jdk.unsupported, open to all on Java 17 to 25. */
    private static MethodHandle invokeCleaner() {
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field instance = unsafe.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(instance.get(null))
                    .asType(MethodType.methodType(void.class, ByteBuffer.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no way to unmap a file", e);
        }
    }
}
