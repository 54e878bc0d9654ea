package io.goroscope.collector.kernel;

/** Takes records from the ring, in its order. It is called on the thread that polls. */
public interface RingHandler {

    /** The slot of events that belong to no counted function: markers. */
    int NO_SLOT = -1;

    /** What happened to a process. The order is that of the kinds in {@code bpf/cookie.h}, from 8 on. */
    enum ProcessEvent {
        /** Its first hit, where any process is traced: it is not registered yet. Its calls are counted all the same. */
        SEEN,
        /** It forked, and its children are traced too. */
        FORK,
        /** It has exec'd: same process id, but another program, whose goroutine ids start again. */
        EXEC,
        /** Its last thread has exited. Nothing of this process comes after it. */
        EXIT
    }

    /**
     * A probe was hit.
     *
     * @param timeNs ns of CLOCK_MONOTONIC; may be some µs before the event that came before, from another CPU
     * @param tgid process id in the initial namespace
     * @param tid thread id in the initial namespace
     * @param identity goroutine id; the address of g on a system stack; {@code tid} off stack or without identity
     * @param depth frame key: stack.hi − SP at the call; off stack −SP; with segmented stacks SP itself
     * @param segment with segmented stacks the segment's limit, else 0
     * @param slot function, see {@link ProbeSession#functionOf}; {@link #NO_SLOT} for markers
     * @param place low 12 bits of the instruction's address
     * @param what kind and flags, as {@code Event.what}
     * @param generation low 16 bits of the loss generation of the identity's slot
     */
    void onEvent(
            long timeNs,
            int tgid,
            int tid,
            long identity,
            long depth,
            long segment,
            int slot,
            int place,
            int what,
            int generation);

    /**
     * Something happened to a traced process.
     *
     * @param timeNs ns of CLOCK_MONOTONIC
     * @param tgid the process; for {@link ProcessEvent#FORK} the parent
     * @param detail EXIT: wait status, as wait(2) gives it; FORK: process id of the child; else 0
     * @param startBootNs when the process started, ns since boot (suspended time included)
     * @param kernelExecId the kernel's self_exec_id, which goes up with each exec of the process or its ancestors
     */
    void onProcess(ProcessEvent event, long timeNs, int tgid, long detail, long startBootNs, int kernelExecId);
}
