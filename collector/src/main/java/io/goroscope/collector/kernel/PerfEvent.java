package io.goroscope.collector.kernel;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.ffi.Pointer;

/** perf_event_open(2), for uprobes on kernels without uprobe_multi. */
final class PerfEvent {

    /** Where the kernel says which event type uprobes have. */
    static final Path UPROBE_TYPE = Path.of("/sys/bus/event_source/devices/uprobe/type");

    private static final long NUMBER = Bpf.isArm() ? 241 : 298;
    private static final int FLAG_CLOEXEC = 8;

    // struct perf_event_attr in include/uapi/linux/perf_event.h, PERF_ATTR_SIZE_VER3: as long as it was in Linux 3.16
    private static final int ATTRIBUTES_BYTES = 96;
    private static final int TYPE = 0;
    private static final int SIZE = 4;
    private static final int SAMPLE_PERIOD = 16;
    private static final int WAKEUP_EVENTS = 48;
    private static final int UPROBE_PATH = 56;
    private static final int PROBE_OFFSET = 64;

    private PerfEvent() {}

    static int uprobeType() {
        try {
            return Integer.parseInt(Files.readString(UPROBE_TYPE).strip());
        } catch (IOException e) {
            throw new UserException("cannot attach uprobes: no " + UPROBE_TYPE + "; is /sys mounted?", e);
        }
    }

    /** An event at an instruction, of every process. Its CPU means nothing to a BPF program, which runs on all of them. */
    static Fd openUprobe(int type, String path, long offset) {
        Pointer file = NativeMemory.string(path);
        Pointer attributes = NativeMemory.allocate(ATTRIBUTES_BYTES);
        attributes.putInt(TYPE, type);
        attributes.putInt(SIZE, ATTRIBUTES_BYTES);
        attributes.putLong(SAMPLE_PERIOD, 1);
        attributes.putInt(WAKEUP_EVENTS, 1);
        attributes.putLong(UPROBE_PATH, file.address());
        attributes.putLong(PROBE_OFFSET, offset);
        try {
            long fd = Libc.instance().syscall(NUMBER, attributes, -1, 0, -1, FLAG_CLOEXEC);
            if (fd < 0) {
                throw new KernelException("perf_event_open for a uprobe at offset " + offset, Errno.last());
            }
            return new Fd((int) fd);
        } finally {
            Reference.reachabilityFence(file); // the kernel knows it only by address
        }
    }
}
