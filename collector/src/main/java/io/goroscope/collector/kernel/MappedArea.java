package io.goroscope.collector.kernel;

import com.kenai.jffi.MemoryIO;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Pointer;

/**
 * Memory shared with the kernel.
 *
 * <p>Whoever closes it must know that nobody reads it any more: a later read is a segmentation fault of the JVM, which
 * is why the classes that hold one check a flag of their own first.
 */
final class MappedArea implements AutoCloseable {

    /** Aligned longs of a buffer in native order, with acquire and release. */
    static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** Aligned ints of a buffer in native order, with acquire and release. */
    static final VarHandle INTS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;

    private final long address;
    private final long length;
    private final ByteBuffer buffer;
    private boolean closed;

    private MappedArea(long address, long length) {
        this.address = address;
        this.length = length;
        this.buffer = MemoryIO.getInstance()
                .newDirectByteBuffer(address, Math.toIntExact(length))
                .order(ByteOrder.nativeOrder());
    }

    /**
     * Maps a part of what {@code fd} stands for.
     *
     * @param bytes rounded up to whole pages
     * @param offset a multiple of the page size
     */
    static MappedArea map(int fd, long bytes, boolean writable, long offset) {
        long page = pageSize();
        long length = (bytes + page - 1) / page * page;
        int protection = PROT_READ | (writable ? PROT_WRITE : 0);
        Pointer mapped = Libc.instance().mmap(null, length, protection, MAP_SHARED, fd, offset);
        if (mapped.address() == -1) {
            throw new KernelException("mmap of " + length + " bytes of a BPF map", Errno.last());
        }
        return new MappedArea(mapped.address(), length);
    }

    static int pageSize() {
        return Libc.instance().getpagesize();
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /** The long at {@code index} (not: byte offset), with acquire semantics. */
    long longAt(int index) {
        return (long) LONGS.getAcquire(buffer, index * Long.BYTES);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Libc.instance().munmap(address, length);
        }
    }
}
