package io.goroscope.collector.kernel;

import java.util.Set;

/**
 * What a session is to see.
 *
 * @param mode whether calls are only counted, or their entries and returns sent as well
 * @param ringBytes size of the ring buffer, bytes; rounded up to a power of two of at least one page
 * @param processIds the processes whose hits count, by id in the initial namespace; empty for every process that runs the
 *     images
 * @param followChildren whether the children of those processes count as well, and theirs
 * @param spareOthers with a single process: whether the kernel is to put no breakpoints into other processes of the same
 *     files, so that these are not slowed at all. The price: should the process exec, its next life is not seen (the
 *     kernel's filter is tied to a thread that may not outlive the exec)
 * @param executeReturns whether {@code ret} is executed in BPF where the kernel allows that; false leaves them to the kernel
 * @param stacks in mode COUNT: how many different user stacks can be kept, with the calls that came by each; 0 for none
 * @param adjustable whether what is done at each function can be changed while the session is open: {@link FunctionModes}.
 *     Then at first calls are only counted
 */
public record SessionOptions(
        Mode mode,
        int ringBytes,
        Set<Integer> processIds,
        boolean followChildren,
        boolean spareOthers,
        boolean executeReturns,
        int stacks,
        boolean adjustable) {

    /** The most that {@link #stacks} can be. */
    public static final int LARGEST_STACKS = 1 << 18;

    private static final int DEFAULT_RING_BYTES = 16 << 20;
    private static final int LARGEST_RING_BYTES = 512 << 20;
    private static final int COUNT_RING_BYTES = 1 << 20;

    /** What is sent. */
    public enum Mode {
        /** Exact counts only. Process events still come. */
        COUNT,
        /** Entries, returns and markers too. */
        PAIRS
    }

    public SessionOptions {
        if (ringBytes < 1 || ringBytes > LARGEST_RING_BYTES) {
            throw new IllegalArgumentException(
                    "ringBytes must be between 1 and " + LARGEST_RING_BYTES + ", not " + ringBytes);
        }
        if (stacks < 0 || stacks > LARGEST_STACKS) {
            throw new IllegalArgumentException("stacks must be between 0 and " + LARGEST_STACKS + ", not " + stacks);
        }
        processIds = Set.copyOf(processIds);
        if (followChildren && processIds.isEmpty()) {
            throw new IllegalArgumentException("followChildren needs processIds: without them every process is taken");
        }
    }

    /** Counts the calls of every process. */
    public static SessionOptions count() {
        return new SessionOptions(Mode.COUNT, COUNT_RING_BYTES, Set.of(), false, false, true, 0, false);
    }

    /**
     * Sends the calls of every process. The system property {@code goroscope.execute.returns=false} leaves each {@code ret}
     * to the kernel: for one who steps through the traced program with a debugger.
     */
    public static SessionOptions pairs() {
        boolean executeReturns = !"false".equals(System.getProperty("goroscope.execute.returns"));
        return new SessionOptions(Mode.PAIRS, DEFAULT_RING_BYTES, Set.of(), false, false, executeReturns, 0, false);
    }

    public SessionOptions withRingBytes(int bytes) {
        return new SessionOptions(
                mode, bytes, processIds, followChildren, spareOthers, executeReturns, stacks, adjustable);
    }

    /** Only these processes. */
    public SessionOptions withProcesses(Set<Integer> ids) {
        return new SessionOptions(
                mode, ringBytes, ids, followChildren, spareOthers, executeReturns, stacks, adjustable);
    }

    public SessionOptions withFollowChildren(boolean follow) {
        return new SessionOptions(mode, ringBytes, processIds, follow, spareOthers, executeReturns, stacks, adjustable);
    }

    public SessionOptions withSpareOthers(boolean spare) {
        return new SessionOptions(
                mode, ringBytes, processIds, followChildren, spare, executeReturns, stacks, adjustable);
    }

    public SessionOptions withExecuteReturns(boolean execute) {
        return new SessionOptions(
                mode, ringBytes, processIds, followChildren, spareOthers, execute, stacks, adjustable);
    }

    /** With the user stacks of calls that are counted, at most so many different ones. */
    public SessionOptions withStacks(int most) {
        return new SessionOptions(
                mode, ringBytes, processIds, followChildren, spareOthers, executeReturns, most, adjustable);
    }

    /** With {@link FunctionModes}. */
    public SessionOptions withModes() {
        return new SessionOptions(
                mode, ringBytes, processIds, followChildren, spareOthers, executeReturns, stacks, true);
    }

    /** {@link #ringBytes} as the kernel wants it: a power of two, in whole pages. */
    int ringCapacity(int pageBytes) {
        int power = Integer.highestOneBit(ringBytes);
        return Math.max(pageBytes, power == ringBytes ? power : power << 1);
    }
}
