package io.goroscope.collector.kernel;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;

/** The functions of the C library that are called directly. Failure is -1, with {@link Errno#last()}. */
public interface Libc {

    /** The one instance; the library is loaded on first use. */
    static Libc instance() {
        return Loaded.INSTANCE;
    }

    /** bpf(2): libc has no wrapper of its own for it. */
    long syscall(long number, int command, Pointer attributes, int size);

    /** perf_event_open(2). */
    long syscall(long number, Pointer attributes, int pid, int cpu, int groupFd, long flags);

    /**
     * mmap(2). The address is a Pointer on purpose: for six plain numbers jffi 1.3.14 compiles a stub on x86-64 that passes a
     * wrong sixth one (seen as EINVAL from libc's check of the offset).
     *
     * @param address null
     * @return the address, or -1 as an address
     */
    Pointer mmap(Pointer address, long length, int protection, int flags, int fd, long offset);

    /** munmap(2). */
    int munmap(long address, long length);

    /** open(2), without creating. */
    int open(@In String path, int flags);

    /** close(2). */
    int close(int fd);

    /** mprotect(2). */
    int mprotect(long address, long length, int protection);

    /** For libbpf's log: {@code arguments} is a va_list, passed on as it came. */
    int vsnprintf(@Out byte[] text, long size, Pointer format, Pointer arguments);

    /** poll(2). */
    int poll(Pointer files, long count, int timeoutMs);

    /** sched_setaffinity(2): 0 is the calling thread. */
    int sched_setaffinity(int thread, long bytes, Pointer mask);

    /** sched_setscheduler(2): 0 is the calling thread; the parameter is a priority, 4 bytes. */
    int sched_setscheduler(int thread, int policy, Pointer parameter);

    /** getpagesize(3). */
    int getpagesize();

    /** Holder: loading is left until somebody needs it. */
    final class Loaded {
        private static final Libc INSTANCE = LibraryLoader.create(Libc.class).load("c");

        private Loaded() {}
    }
}
