package io.goroscope.streams.lane;

import io.goroscope.schemas.Topics;

/** Takes output records. */
@FunctionalInterface
public interface OutputSink {

    /**
     * One record; it replaces what was sent under the same key.
     *
     * @param topic where it goes
     * @param key encoded key
     * @param value encoded record, or null: a tombstone
     * @param timestampMs the latest timestamp of the lane's own records, ms since 1970: one that the broker accepted
     */
    void send(Topics.Kind topic, byte[] key, byte[] value, long timestampMs);
}
