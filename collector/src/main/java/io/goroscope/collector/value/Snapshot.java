package io.goroscope.collector.value;

/** What was captured of a process at one place: its registers, and some stretches of its memory. */
public interface Snapshot {

    /** An integer register. */
    long register(Register register);

    /**
     * Bytes of memory.
     *
     * @return exactly {@code length} bytes; null where not all of them were captured
     */
    byte[] memory(long address, int length);

    /**
     * As much of some memory as was captured from its start on.
     *
     * @return at most {@code length} bytes; null where not even the first was captured, or reading it faulted
     */
    byte[] available(long address, int length);

    /** The 16 bytes of a vector register; null where it was not captured. */
    default byte[] vector(int number) {
        return null;
    }
}
