package io.goroscope.collector.kernel;

/** Figures that the capturing program keeps about itself. The order is that of {@code capture.bpf.c}. */
public enum CaptureStatistic {
    /** Hits of the processes that are traced. */
    HITS,
    /** Records sent. */
    SENT,
    /** Hits that a filter or sampling dropped, in the kernel. */
    REJECTED,
    /** Records that found no room. */
    LOST,
    /** Stretches of memory that could not be read. */
    FAULTS,
    /** Values that found no room in the tables of {@code --hist} and {@code --count}. */
    TALLIES_FULL;

    @SuppressWarnings("EnumOrdinal") // the order is that of the C enumeration
    int index() {
        return ordinal();
    }
}
