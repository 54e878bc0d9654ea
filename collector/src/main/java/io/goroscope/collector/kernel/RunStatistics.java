package io.goroscope.collector.kernel;

import jnr.ffi.Pointer;

/**
 * What the kernel has counted about BPF programs.
 *
 * @param runs how often they ran; 0 unless run statistics are enabled (sysctl kernel.bpf_stats_enabled, or somebody holds a
 *     BPF_ENABLE_STATS descriptor)
 * @param timeNs how long, ns; 0 likewise. It leaves out the kernel's own path to the program.
 * @param recursionMisses hits at which the program did not run since it ran already on that CPU
 */
public record RunStatistics(long runs, long timeNs, long recursionMisses) {

    // struct bpf_prog_info in include/uapi/linux/bpf.h
    private static final int INFO_BYTES = 224;
    private static final int RUN_TIME_NS = 192;
    private static final int RUN_COUNT = 200;
    private static final int RECURSION_MISSES = 208;

    static RunStatistics of(int[] programs) {
        long runs = 0;
        long timeNs = 0;
        long misses = 0;
        for (int program : programs) {
            Pointer info = NativeMemory.allocate(INFO_BYTES);
            Bpf.info(program, info, INFO_BYTES);
            runs += info.getLong(RUN_COUNT);
            timeNs += info.getLong(RUN_TIME_NS);
            misses += info.getLong(RECURSION_MISSES);
        }
        return new RunStatistics(runs, timeNs, misses);
    }
}
