package io.goroscope.sink.feed;

import io.goroscope.schemas.BadRecordException;

/** What becomes of the records. Called from the feed's thread alone. */
public interface FeedHandler {

    /**
     * Takes a record.
     *
     * @throws BadRecordException if it contradicts itself; it is counted, and the next one follows
     */
    void apply(FeedRecord record) throws BadRecordException;

    /** Everything comes again from the beginning, since a topic was made anew. */
    void reset();
}
