package io.goroscope.collector.kernel;

import com.kenai.jffi.Platform;
import java.lang.ref.Reference;
import jnr.ffi.Pointer;

/**
 * bpf(2): the commands that libbpf 1.1 does not offer or that are simpler without it. Offsets are those of {@code union
 * bpf_attr} in the kernel's {@code include/uapi/linux/bpf.h}.
 */
final class Bpf {

    static final int MAP_TYPE_ARRAY = 2;
    static final int MAP_TYPE_RINGBUF = 27;
    static final int F_MMAPABLE = 1 << 10;

    static final int PROG_TYPE_KPROBE = 2;
    static final int PROG_TYPE_SYSCALL = 31;

    static final int ATTACH_PERF_EVENT = 41;
    static final int ATTACH_UPROBE_MULTI = 48;

    static final long ANY = 0;
    static final long NOEXIST = 1;

    private static final int MAP_CREATE = 0;
    private static final int MAP_LOOKUP_ELEM = 1;
    private static final int MAP_UPDATE_ELEM = 2;
    private static final int MAP_DELETE_ELEM = 3;
    private static final int PROG_LOAD = 5;
    private static final int PROG_RUN = 10;
    private static final int MAP_GET_FD_BY_ID = 14;
    private static final int OBJ_GET_INFO_BY_FD = 15;
    private static final int RAW_TRACEPOINT_OPEN = 17;
    private static final int MAP_LOOKUP_BATCH = 24;
    private static final int LINK_CREATE = 28;
    private static final int ENABLE_STATS = 32;

    private static final int ATTR_BYTES = 144;
    private static final long NUMBER = isArm() ? 280 : 321;

    private Bpf() {}

    static boolean isArm() {
        return Platform.getPlatform().getCPU() == Platform.CPU.AARCH64;
    }

    static Fd createMap(int type, int keyBytes, int valueBytes, int maxEntries, int flags) {
        Pointer attr = attributes();
        attr.putInt(0, type);
        attr.putInt(4, keyBytes);
        attr.putInt(8, valueBytes);
        attr.putInt(12, maxEntries);
        attr.putInt(16, flags);
        return new Fd(call(MAP_CREATE, attr, "creating a map of " + maxEntries + " entries"));
    }

    /** Returns false if there is no such key. */
    static boolean lookup(int map, Pointer key, Pointer value) {
        return orAbsent(MAP_LOOKUP_ELEM, element(map, key, value, 0), "lookup in a map", key, value);
    }

    static void update(int map, Pointer key, Pointer value, long flags) {
        call(MAP_UPDATE_ELEM, element(map, key, value, flags), "update of a map", key, value);
    }

    /** Returns false if there is no such key. */
    static boolean delete(int map, Pointer key) {
        return orAbsent(MAP_DELETE_ELEM, element(map, key, null, 0), "delete from a map", key);
    }

    /**
     * Copies entries of a hash, some at a time: BPF_MAP_LOOKUP_BATCH, Linux 5.6. Entries that come or go meanwhile may be
     * missed or not.
     *
     * @param position 8 bytes: where to go on; zeros at first with {@code first}, updated
     * @param capacity entries that fit in {@code keys} and {@code values}; must exceed the longest hash chain
     * @return how many were copied; negative (−1 − count) if these were the last
     */
    static int lookupBatch(int map, boolean first, Pointer position, Pointer keys, Pointer values, int capacity) {
        Pointer attr = attributes();
        attr.putLong(0, first ? 0 : position.address());
        attr.putLong(8, position.address());
        attr.putLong(16, keys.address());
        attr.putLong(24, values.address());
        attr.putInt(32, capacity);
        attr.putInt(36, map);
        boolean more = orAbsent(MAP_LOOKUP_BATCH, attr, "walk through a map", position, keys, values);
        int count = attr.getInt(32);
        return more ? count : -1 - count;
    }

    /** Loads a program of raw instructions, for feature probes. */
    static Fd loadProgram(int type, int expectedAttachType, long[] instructions, int flags) {
        Pointer code = NativeMemory.longs(instructions);
        Pointer license = NativeMemory.string("Dual BSD/GPL");
        Pointer attr = attributes();
        attr.putInt(0, type);
        attr.putInt(4, instructions.length);
        attr.putLong(8, code.address());
        attr.putLong(16, license.address());
        attr.putInt(44, flags);
        attr.putInt(68, expectedAttachType);
        return new Fd(call(PROG_LOAD, attr, "loading a program", code, license));
    }

    /** Attaches a tp_btf program to the tracepoint that it was loaded for. */
    static Fd openTracepoint(int program) {
        Pointer attr = attributes();
        attr.putInt(8, program);
        return new Fd(call(RAW_TRACEPOINT_OPEN, attr, "attaching to a tracepoint"));
    }

    /**
     * One program at many places of a file: BPF_TRACE_UPROBE_MULTI, Linux 6.6 (commit 89ae89f53d20).
     *
     * @param path a file; {@code /proc/self/fd/N} is followed
     * @param offsets file offsets, bytes
     * @param cookies one for each offset
     * @param pid only this process, or 0 for all
     */
    static Fd linkUprobes(int program, String path, long[] offsets, long[] cookies, int pid) {
        Pointer file = NativeMemory.string(path);
        Pointer places = NativeMemory.longs(offsets);
        Pointer marks = NativeMemory.longs(cookies);
        Pointer attr = attributes();
        attr.putInt(0, program);
        attr.putInt(8, ATTACH_UPROBE_MULTI);
        attr.putLong(16, file.address());
        attr.putLong(24, places.address());
        attr.putLong(40, marks.address());
        attr.putInt(48, offsets.length);
        attr.putInt(56, pid);
        return new Fd(call(LINK_CREATE, attr, "attaching " + offsets.length + " uprobes", file, places, marks));
    }

    /** A program at a perf event, with its cookie: Linux 5.15 (commit 82e6b1eee6a8). */
    static Fd linkPerfEvent(int program, Fd event, long cookie) {
        Pointer attr = attributes();
        attr.putInt(0, program);
        attr.putInt(4, event.number());
        attr.putInt(8, ATTACH_PERF_EVENT);
        attr.putLong(16, cookie);
        return new Fd(call(LINK_CREATE, attr, "attaching to a perf event"));
    }

    /** Run counts and times of programs are kept while the descriptor is open: BPF_STATS_RUN_TIME. */
    static Fd enableRunStatistics() {
        return new Fd(call(ENABLE_STATS, attributes(), "enabling BPF run statistics"));
    }

    /** Runs a program of type SYSCALL once, with its context in memory, and returns what it returned. */
    static int run(int program, Pointer context, int bytes) {
        Pointer attr = attributes();
        attr.putInt(0, program);
        attr.putInt(40, bytes);
        attr.putLong(48, context.address());
        call(PROG_RUN, attr, "running a BPF program", context);
        return attr.getInt(4);
    }

    /** A descriptor of a map that some process has. */
    static Fd mapById(int id) {
        Pointer attr = attributes();
        attr.putInt(0, id);
        return new Fd(call(MAP_GET_FD_BY_ID, attr, "opening the map with id " + id));
    }

    /** Fills {@code info}, a struct such as bpf_prog_info; older kernels fill less of it. */
    static void info(int fd, Pointer info, int bytes) {
        Pointer attr = attributes();
        attr.putInt(0, fd);
        attr.putInt(4, bytes);
        attr.putLong(8, info.address());
        call(OBJ_GET_INFO_BY_FD, attr, "asking about a BPF object", info);
    }

    private static Pointer element(int map, Pointer key, Pointer value, long flags) {
        Pointer attr = attributes();
        attr.putInt(0, map);
        attr.putLong(8, key == null ? 0 : key.address());
        attr.putLong(16, value == null ? 0 : value.address());
        attr.putLong(24, flags);
        return attr;
    }

    private static Pointer attributes() {
        return NativeMemory.allocate(ATTR_BYTES);
    }

    private static boolean orAbsent(int command, Pointer attr, String what, Pointer... operands) {
        try {
            call(command, attr, what, operands);
            return true;
        } catch (KernelException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    /** @param operands memory that {@code attr} points to: the kernel knows it only by address, so it is kept alive here */
    private static int call(int command, Pointer attr, String what, Pointer... operands) {
        try {
            // The verifier answers EAGAIN when a signal came in between, as libbpf's sys_bpf_prog_load knows.
            for (int attempt = 1; ; attempt++) {
                long result = Libc.instance().syscall(NUMBER, command, attr, ATTR_BYTES);
                if (result >= 0) {
                    return (int) result;
                }
                int errno = Errno.last();
                if (errno != Errno.EAGAIN || attempt == 5) {
                    throw new KernelException(what, errno);
                }
            }
        } finally {
            Reference.reachabilityFence(operands);
        }
    }
}
