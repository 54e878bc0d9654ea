package io.goroscope.collector.kernel;

import java.util.function.IntConsumer;

/** The processes of the host that exec, as the kernel tells of them ({@code bpf/watch.bpf.c}). One thread polls. */
public final class ExecEvents implements AutoCloseable {

    private static final int RING_BYTES = 65536;

    private final BpfObject object;
    private final RingBufferReader ring;
    private final Fd link;

    private ExecEvents(BpfObject object, RingBufferReader ring, Fd link) {
        this.object = object;
        this.ring = ring;
        this.link = link;
    }

    /**
     * Begins to listen.
     *
     * @throws io.goroscope.schemas.UserException if that is not permitted
     */
    public static ExecEvents open() {
        BpfObject object = BpfObject.open("watch.bpf.o");
        RingBufferReader ring = null;
        try {
            object.load();
            ring = new RingBufferReader(object.mapFd("ring"), RING_BYTES);
            return new ExecEvents(object, ring, Bpf.openTracepoint(object.programFd("on_any_exec")));
        } catch (RuntimeException e) {
            if (ring != null) {
                ring.close();
            }
            object.close();
            if (e instanceof KernelException kernel && kernel.errno() == Errno.EPERM) {
                throw Permissions.refused("follow the processes of this host", e);
            }
            throw e;
        }
    }

    /** Hands over each process that has exec'd since the last call: its id. It may have ended, or exec'd again. */
    public void poll(IntConsumer pid) {
        ring.drain((bytes, at, length) -> pid.accept((int) bytes.getLong(at)), Integer.MAX_VALUE);
    }

    @Override
    public void close() {
        link.close();
        ring.close();
        object.close();
    }
}
