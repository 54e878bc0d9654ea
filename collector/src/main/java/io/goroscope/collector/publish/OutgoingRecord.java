package io.goroscope.collector.publish;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.LaneId;

/**
 * A record on its way to a topic.
 *
 * @param kind which topic
 * @param lane the lane it belongs to, which decides its partition; null for the function dictionary, whose key does
 * @param key encoded key
 * @param value encoded value
 * @param timestampMs event time, ms since 1970
 * @param events number of events in it: what is lost where the record cannot be handed on
 * @param lossTold events that it says were lost before it: where it cannot be handed on, a later one has to say so again
 */
@SuppressWarnings("ArrayRecordComponent") // moved along, never compared
public record OutgoingRecord(
        Topics.Kind kind, LaneId lane, byte[] key, byte[] value, long timestampMs, int events, long lossTold) {

    /** One that tells of no loss. */
    public OutgoingRecord(Topics.Kind kind, LaneId lane, byte[] key, byte[] value, long timestampMs, int events) {
        this(kind, lane, key, value, timestampMs, events, 0);
    }
}
