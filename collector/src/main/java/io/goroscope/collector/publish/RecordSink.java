package io.goroscope.collector.publish;

import io.goroscope.schemas.avro.ProcessId;

/**
 * Where records go. Called by the collector's thread only.
 *
 * <p>A sink never waits: the kernel's ring buffer fills meanwhile. What it cannot take it refuses, and the collector
 * counts it as lost.
 */
public interface RecordSink extends AutoCloseable {

    /**
     * Takes a record.
     *
     * @return false if it was refused; a record that was taken is handed on, or counted by {@link #lost}
     */
    boolean offer(OutgoingRecord record);

    /** Events in records that were taken and then could not be handed on. */
    default long lost() {
        return 0;
    }

    /**
     * Those of one process among them.
     *
     * @param epoch start of the collector, ns since 1970
     */
    default long lost(ProcessId process, long epoch) {
        return 0;
    }

    /** How it stands; may be asked by any thread. */
    default SinkStatus status() {
        return new SinkStatus(false, 0, 0, 0, lost());
    }

    /** Hands on what was taken, as far as that is possible in bounded time, and lets go of everything. */
    @Override
    void close();
}
