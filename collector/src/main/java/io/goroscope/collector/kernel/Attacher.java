package io.goroscope.collector.kernel;

import java.util.ArrayList;
import java.util.List;

/** A way to put one program at many places of a file. */
interface Attacher {

    /**
     * Attaches at all places or, failing with a {@link KernelException}, at none.
     *
     * @param program descriptor of the program
     * @param path the file; {@code /proc/self/fd/N} is followed
     * @param pid only this process, or 0 for all; not every way can do that
     */
    Attachment attach(int program, String path, ProbeSet probes, int pid);

    /** By one link: Linux 6.6. */
    static Attacher uprobeMulti() {
        return (program, path, probes, pid) -> Bpf.linkUprobes(program, path, probes.offsets(), probes.cookies(), pid);
    }

    /** By a perf event and a link for each place: Linux 5.15. It takes a descriptor for each, and longer. */
    static Attacher perfEvents() {
        int type = PerfEvent.uprobeType();
        return (program, path, probes, pid) -> {
            List<Fd> links = new ArrayList<>(probes.count());
            try {
                long[] offsets = probes.offsets();
                long[] cookies = probes.cookies();
                for (int i = 0; i < offsets.length; i++) {
                    // The link keeps the event.
                    try (Fd event = PerfEvent.openUprobe(type, path, offsets[i])) {
                        links.add(Bpf.linkPerfEvent(program, event, cookies[i]));
                    }
                }
            } catch (KernelException e) {
                links.forEach(Fd::close);
                throw e;
            }
            return () -> links.parallelStream().forEach(Fd::close);
        };
    }
}
