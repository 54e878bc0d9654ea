package io.goroscope.schemas;

import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.DecodedBatch;

/**
 * Reads out of an encoded record whose it is: what a record that comes from a file has to tell by itself. Not safe for use by
 * several threads.
 */
public final class RecordLane {

    private final BatchDecoder decoder = new BatchDecoder();
    private final DecodedBatch batch = new DecodedBatch();

    /**
     * What a record holds.
     *
     * @param lane the lane; null for a record of the dictionary, whose key decides its partition
     * @param events number of events in it
     * @param lost events that it says were lost before it
     */
    public record Content(LaneId lane, int events, long lost) {}

    /**
     * Reads a record of one of the three topics that a collector writes.
     *
     * @throws BadRecordException if the record is not what such a topic holds
     */
    public Content read(Topics.Kind kind, byte[] value) throws BadRecordException {
        return switch (kind) {
            case EVENTS -> {
                decoder.decode(value, batch);
                yield new Content(decoder.source(batch).id(), batch.eventCount(), batch.lost());
            }
            case COUNTS ->
                new Content(Records.decode(value, FunctionCounts.class).getSource(), 0, 0);
            default -> new Content(null, 0, 0);
        };
    }
}
