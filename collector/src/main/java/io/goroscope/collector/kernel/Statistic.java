package io.goroscope.collector.kernel;

/** What the BPF programs count about themselves. The numbers are those of {@code enum statistic} in {@code goroscope.bpf.c}. */
public enum Statistic {
    /** Records of hits that found no room in the ring. */
    LOST(0),
    /** Calls of processes not yet registered that found no room: the only way in which a count can be too low. */
    UNCOUNTED(1),
    /** Counters that were set up for processes not yet registered. */
    EARLY(2),
    /** Hits whose goroutine could not be read. */
    NO_IDENTITY(3),
    /** Hits outside the stack of their goroutine, such as in signal handlers. */
    OFF_STACK(4),
    /** Process events that found no room in the ring. */
    PROCESS_LOST(5),
    /** Goroutines whose open frames are not kept account of; from the first on, every marker is sent. */
    OUTERMOST_FULL(6),
    /** Returns that the program carried out itself. */
    RET_EXECUTED(7),
    /** Returns that it left to the kernel, for safety. */
    RET_DECLINED(8),
    /** Calls whose user stack found no room. */
    STACKS_FULL(9),
    /** Reads of the program's memory that were made again, since the kernel was moving the page. */
    READS_WAITED(10),
    /** Such reads that failed again and again; after some of them nobody waits any more. */
    READS_GIVEN_UP(11);

    private final int index;

    Statistic(int index) {
        this.index = index;
    }

    int index() {
        return index;
    }
}
