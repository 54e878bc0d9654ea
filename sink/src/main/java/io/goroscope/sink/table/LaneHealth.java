package io.goroscope.sink.table;

import io.goroscope.schemas.avro.Health;

/**
 * What a lane has brought, and when it was last heard.
 *
 * @param source the lane
 * @param health its record
 * @param heardMs wall clock of this reader when the record came, or the record's own time where it came before the
 *     reader started; ms since 1970
 */
public record LaneHealth(Source source, Health health, long heardMs) {

    /** Whether the lane still runs and has been silent for longer than {@code limitMs}. */
    public boolean stale(long nowMs, long limitMs) {
        return !health.getEnded() && nowMs - heardMs > limitMs;
    }
}
