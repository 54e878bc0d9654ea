package io.goroscope.collector.kernel;

import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the running kernel and this process' permissions allow, found out by trying, since distributions carry features
 * back to old releases. Where there is no permission to try, the answer is no.
 */
public final class KernelFeatures {

    /** Whether one thing is there. */
    public enum Status {
        PRESENT,
        /** Not there, and another way is taken. */
        REPLACED,
        /** Not there, and without it nothing can be traced. */
        MISSING
    }

    /**
     * One finding.
     *
     * @param name short, as a table's first column
     * @param status whether it is there
     * @param sentence what that means here, and what to do if it is missing
     */
    public record Feature(String name, Status status, String sentence) {}

    private static final int CPUS_OF_ONE_SHARD = 32;

    private static final Path BTF = Path.of("/sys/kernel/btf/vmlinux");

    private final KernelRelease release = KernelRelease.running();
    private final Capabilities capabilities = Capabilities.ofThisProcess();
    private final boolean btf = Files.isReadable(BTF);
    private final boolean uprobePmu = Files.isReadable(PerfEvent.UPROBE_TYPE);
    private final boolean ringBuffer;
    private final boolean uprobeMulti;
    private final boolean registerWrites;

    private final int counterShards;

    private KernelFeatures(boolean mayUseUprobeMulti, int counterShards) {
        this.counterShards = counterShards;
        this.ringBuffer = tryRingBuffer();
        this.uprobeMulti = mayUseUprobeMulti && tryUprobeMulti();
        this.registerWrites = tryRegisterWrites();
    }

    /** As on a kernel before 6.6: so that the older way can be tested on a newer one. */
    static KernelFeatures withoutUprobeMulti() {
        return new KernelFeatures(false, shardsOf(Runtime.getRuntime().availableProcessors()));
    }

    /** As on a machine with more CPUs: so that split counters can be tested on a smaller one. */
    static KernelFeatures withCounterShards(int shards) {
        return new KernelFeatures(true, shards);
    }

    /** Tries everything now: some milliseconds. */
    public static KernelFeatures probe() {
        return new KernelFeatures(true, shardsOf(Runtime.getRuntime().availableProcessors()));
    }

    /** Into how many parts each counter is split, so that CPUs do not fight for its cache line. */
    int counterShards() {
        return counterShards;
    }

    static int shardsOf(int cpus) {
        return (cpus + CPUS_OF_ONE_SHARD - 1) / CPUS_OF_ONE_SHARD;
    }

    public KernelRelease release() {
        return release;
    }

    /** One link takes any number of probes (Linux 6.6). */
    public boolean uprobeMulti() {
        return uprobeMulti;
    }

    /** A program may change the registers of the probed thread, and so execute a {@code ret} (about Linux 6.19). */
    public boolean registerWrites() {
        return registerWrites;
    }

    /** A link's pid filter means the process, not one thread of it (Linux 6.10, commit 46ba0e49b642). */
    public boolean soundPidFilter() {
        return uprobeMulti && release.isAtLeast(6, 10);
    }

    Attacher attacher() {
        return uprobeMulti ? Attacher.uprobeMulti() : Attacher.perfEvents();
    }

    /** Whether tracing works here. */
    public boolean canTrace() {
        return features().stream().noneMatch(feature -> feature.status() == Status.MISSING);
    }

    /** Throws a {@link UserException} about the first thing that is missing. */
    public void require() {
        for (Feature feature : features()) {
            if (feature.status() == Status.MISSING) {
                throw new UserException("cannot trace on this machine: " + feature.sentence());
            }
        }
    }

    /** All findings, in the order in which they would be mended. */
    public List<Feature> features() {
        List<Feature> all = new ArrayList<>();
        String missing = capabilities.missing();
        all.add(
                missing.isEmpty()
                        ? new Feature(
                                "capabilities", Status.PRESENT, "this process may use BPF, uprobes and /proc of others")
                        : new Feature(
                                "capabilities",
                                Status.MISSING,
                                "missing " + missing
                                        + "; run as root, or grant them (setcap, or the container's cap_add)"));
        all.add(
                release.isAtLeast(5, 15)
                        ? new Feature("kernel", Status.PRESENT, "Linux " + release.text())
                        : new Feature(
                                "kernel", Status.MISSING, "Linux " + release.text() + " is too old; 5.15 is needed"));
        all.add(
                btf
                        ? new Feature("BTF", Status.PRESENT, "the kernel describes its types in " + BTF)
                        : new Feature(
                                "BTF",
                                Status.MISSING,
                                "no " + BTF
                                        + "; a kernel with CONFIG_DEBUG_INFO_BTF is needed, and /sys must be mounted"));
        all.add(
                ringBuffer
                        ? new Feature("ring buffer", Status.PRESENT, "BPF ring buffers can be made")
                        : new Feature("ring buffer", Status.MISSING, whyNot("no BPF ring buffer can be made")));
        all.add(uprobes());
        all.add(
                registerWrites
                        ? new Feature(
                                "register writes", Status.PRESENT, "returns are executed in BPF, not single-stepped")
                        : new Feature(
                                "register writes",
                                Status.REPLACED,
                                "the kernel single-steps returns; from about Linux 6.19 on they cost a fraction of that"));
        all.add(new Feature(
                "unprivileged BPF",
                Status.PRESENT,
                "kernel.unprivileged_bpf_disabled is " + read("/proc/sys/kernel/unprivileged_bpf_disabled")
                        + "; tracing does not depend on it"));
        all.add(memlock());
        return all;
    }

    private Feature uprobes() {
        if (uprobeMulti) {
            return new Feature("uprobe_multi", Status.PRESENT, "one link takes any number of probes");
        }
        if (uprobePmu) {
            return new Feature(
                    "uprobe_multi",
                    Status.REPLACED,
                    "probes are attached one by one by perf_event_open, which is slower");
        }
        return new Feature(
                "uprobe_multi",
                Status.MISSING,
                whyNot("neither uprobe_multi (Linux 6.6) nor perf's uprobes (" + PerfEvent.UPROBE_TYPE
                        + ") can be used"));
    }

    /** From Linux 5.11 on BPF memory is charged to the control group, and RLIMIT_MEMLOCK means nothing. */
    private Feature memlock() {
        return new Feature(
                "memlock",
                Status.PRESENT,
                release.isAtLeast(5, 11)
                        ? "BPF memory is charged to the control group; RLIMIT_MEMLOCK does not matter"
                        : "libbpf raises RLIMIT_MEMLOCK for this process");
    }

    private String whyNot(String fact) {
        return capabilities.missing().isEmpty()
                ? fact
                : fact + " (could not be tried without " + capabilities.missing() + ")";
    }

    private static boolean tryRingBuffer() {
        try (Fd map = Bpf.createMap(Bpf.MAP_TYPE_RINGBUF, 0, 0, MappedArea.pageSize(), 0)) {
            return map.number() >= 0;
        } catch (KernelException e) {
            return false;
        }
    }

    /** A link to a folder: kernels that know uprobe_multi come as far as the file, and say EBADF; others EINVAL. */
    private static boolean tryUprobeMulti() {
        long[] exit = {Instructions.moveImmediate(0, 0), Instructions.exit()};
        try (Fd program = Bpf.loadProgram(Bpf.PROG_TYPE_KPROBE, Bpf.ATTACH_UPROBE_MULTI, exit, 0);
                Fd link = Bpf.linkUprobes(program.number(), "/", new long[] {0}, new long[] {0}, 0)) {
            return link.number() >= 0;
        } catch (KernelException e) {
            return e.errno() == Errno.EBADF;
        }
    }

    private static boolean tryRegisterWrites() {
        if (Bpf.isArm()) {
            return false;
        }
        int ip = 128; // offset in struct pt_regs of x86-64
        long[] write = {
            Instructions.loadLong(2, 1, ip),
            Instructions.storeLong(1, 2, ip),
            Instructions.moveImmediate(0, 0),
            Instructions.exit()
        };
        try (Fd program = Bpf.loadProgram(Bpf.PROG_TYPE_KPROBE, Bpf.ATTACH_UPROBE_MULTI, write, 0)) {
            return program.number() >= 0;
        } catch (KernelException e) {
            return false;
        }
    }

    private static String read(String path) {
        try {
            return Files.readString(Path.of(path)).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
