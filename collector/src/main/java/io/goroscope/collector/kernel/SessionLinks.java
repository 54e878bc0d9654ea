package io.goroscope.collector.kernel;

import io.goroscope.collector.kernel.ProbeTable.Program;
import java.util.ArrayList;
import java.util.List;

/** What ties the programs of a session to the kernel. */
final class SessionLinks implements AutoCloseable {

    /**
     * Returns come first: a return without an entry is known to be one, but an entry whose return was missed would stay open
     * and swallow a later call. Detaching goes the other way round.
     */
    private static final List<Program> ORDER = List.of(Program.RETURN, Program.MARKER, Program.ENTRY, Program.COUNT);

    private interface Link {
        void close();
    }

    private final SessionMaps maps;
    private final List<Link> links = new ArrayList<>();

    SessionLinks(SessionMaps maps) {
        this.maps = maps;
    }

    /** Attaches to the kernel's tracepoints: before any probe, so that the first process to hit is followed. */
    void followProcesses() {
        for (String name : List.of("on_fork", "on_exec", "on_exit")) {
            try {
                Fd link = Bpf.openTracepoint(maps.tracepoint(name));
                links.add(link::close);
            } catch (KernelException e) {
                if (e.errno() == Errno.EPERM) {
                    throw Permissions.refused("attach to the kernel's tracepoints", e);
                }
                throw e;
            }
        }
    }

    /** @param pid only this process, or 0 for all */
    void attach(ProbeTable table, List<ImageFile> files, int pid) {
        for (Program program : ORDER) {
            for (int image = 0; image < files.size(); image++) {
                ProbeSet probes = table.probes(image, program);
                if (probes.count() > 0) {
                    ProbeLink link = ProbeLink.attach(maps.program(program), files.get(image), probes, pid);
                    links.add(link::close);
                }
            }
        }
    }

    @Override
    public void close() {
        for (int i = links.size() - 1; i >= 0; i--) {
            links.get(i).close();
        }
        links.clear();
    }
}
