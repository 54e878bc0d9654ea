/**
 * Puts probes into programs and reads what they see.
 *
 * <p>A {@link io.goroscope.collector.kernel.ProbeSession} is one set of plans, attached: BPF programs (in {@code bpf/}),
 * the links that tie them to instructions, the ring buffer that events come through, and the counters that are exact
 * even where events are lost. Everything the kernel holds for it belongs to file descriptors of this process, so that
 * nothing is left behind however the process ends.
 *
 * <p>The way down is short: {@code Libc} and {@code Libbpf} are the native functions, {@code Bpf} is bpf(2), {@code
 * BpfObject} the compiled programs, a {@code ProbeLink} one program at many places. The layouts that C and Java share
 * are drawn once each: {@code Cookie}, {@code RingRecord}, {@code SessionConfig}.
 *
 * <p>What the hot path reads (ring, counters, loss generations) is mapped memory, read without system calls.
 */
package io.goroscope.collector.kernel;
