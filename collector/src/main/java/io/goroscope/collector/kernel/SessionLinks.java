package io.goroscope.collector.kernel;

import io.goroscope.collector.kernel.ProbeTable.Program;
import java.util.ArrayList;
import java.util.List;

/** What ties the programs of a session to the kernel. */
final class SessionLinks implements Attachment {

    /**
     * Returns come first: a return without an entry is known to be one, but an entry whose return was missed would stay open
     * and swallow a later call. Detaching goes the other way round.
     */
    private static final List<Program> ORDER =
            List.of(Program.RETURN, Program.MARKER, Program.END, Program.ENTRY, Program.COUNT);

    private final SessionMaps maps;
    private final List<Attachment> links = new ArrayList<>();

    SessionLinks(SessionMaps maps) {
        this.maps = maps;
    }

    /** Attaches to the kernel's tracepoints: before any probe, so that the first process to hit is followed. */
    void followProcesses() {
        for (String name : List.of("on_fork", "on_exec", "on_exit")) {
            try {
                links.add(Bpf.openTracepoint(maps.tracepoint(name)));
            } catch (KernelException e) {
                if (e.errno() == Errno.EPERM) {
                    throw Permissions.refused("attach to the kernel's tracepoints", e);
                }
                throw e;
            }
        }
    }

    /** Attaches nothing yet, and leaves that to what is returned. */
    FunctionModes adjustable(Attacher attacher, ProbeTable table, List<ImageFile> files, int pid) {
        return new FunctionModes(
                maps,
                table,
                files.size(),
                (image, program, probes) ->
                        ProbeLink.attach(attacher, maps.program(program), files.get(image), probes, pid));
    }

    /** @param pid only this process, or 0 for all */
    void attach(Attacher attacher, ProbeTable table, List<ImageFile> files, int pid) {
        for (Program program : ORDER) {
            for (int image = 0; image < files.size(); image++) {
                ProbeSet probes = table.probes(image, program);
                if (probes.count() > 0) {
                    links.add(ProbeLink.attach(attacher, maps.program(program), files.get(image), probes, pid));
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
