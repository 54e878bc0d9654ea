package io.goroscope.streams.snapshot;

/** Takes state that changed since it was taken before. */
@FunctionalInterface
public interface SnapshotSink {

    /**
     * One entry.
     *
     * @param key see {@link StateKey}
     * @param value its state, or null where it is gone
     */
    void put(byte[] key, byte[] value);
}
