package io.goroscope.collector.kernel;

import io.goroscope.schemas.UserException;

/**
 * One program at many places of one file. It belongs to its descriptor: closing that, by hand or by the death of this
 * process, removes every probe.
 */
final class ProbeLink implements Attachment {

    private final Attachment attachment;

    private ProbeLink(Attachment attachment) {
        this.attachment = attachment;
    }

    /**
     * @param pid only this process, or 0 for all: sound from Linux 6.10 on (commit 46ba0e49b642)
     * @throws UserException if the kernel refuses a place, with its offset
     */
    static ProbeLink attach(Attacher attacher, int program, ImageFile file, ProbeSet probes, int pid) {
        try {
            return new ProbeLink(attacher.attach(program, file.path(), probes, pid));
        } catch (KernelException e) {
            throw explain(e, attacher, program, file, probes, pid);
        }
    }

    private static RuntimeException explain(
            KernelException e, Attacher attacher, int program, ImageFile file, ProbeSet probes, int pid) {
        return switch (e.errno()) {
            case Errno.ESRCH -> new UserException("cannot attach to pid=" + pid + ": no such process", e);
            case Errno.EPERM, Errno.EACCES -> Permissions.refused("attach uprobes to " + file.displayPath(), e);
            case Errno.ENOTSUPP, Errno.EINVAL, Errno.EOPNOTSUPP -> {
                long offset = refusedOffset(attacher, program, file, probes, pid);
                yield new UserException(
                        "cannot attach to " + file.displayPath()
                                + (offset < 0
                                        ? ""
                                        : ": the kernel refuses a probe at file offset 0x" + Long.toHexString(offset))
                                + ": " + Errno.text(e.errno()),
                        e);
            }
            case Errno.EMFILE ->
                new UserException(
                        "cannot attach " + probes.count() + " probes to " + file.displayPath()
                                + ": too many open files; this kernel needs one for each, raise the limit (ulimit -n)"
                                + " or trace fewer functions",
                        e);
            default ->
                new UserException(
                        "cannot attach " + probes.count() + " probes to " + file.displayPath() + ": "
                                + Errno.text(e.errno()),
                        e);
        };
    }

    /** Finds, by halves, a place that the kernel refuses: it names none. -1 if there is no single one. */
    private static long refusedOffset(Attacher attacher, int program, ImageFile file, ProbeSet probes, int pid) {
        ProbeSet rest = probes;
        while (rest.count() > 1) {
            int half = rest.count() / 2;
            ProbeSet first = rest.range(0, half);
            rest = refuses(attacher, program, file, first, pid) ? first : rest.range(half, rest.count());
        }
        return refuses(attacher, program, file, rest, pid) ? rest.offsets()[0] : -1;
    }

    private static boolean refuses(Attacher attacher, int program, ImageFile file, ProbeSet probes, int pid) {
        try (Attachment attached = attacher.attach(program, file.path(), probes, pid)) {
            return attached == null;
        } catch (KernelException e) {
            return true;
        }
    }

    @Override
    public void close() {
        attachment.close();
    }
}
