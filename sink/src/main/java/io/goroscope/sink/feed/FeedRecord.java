package io.goroscope.sink.feed;

import org.apache.avro.specific.SpecificRecordBase;

/**
 * A decoded record of an output topic.
 *
 * @param key its key
 * @param value its value, of the type that belongs to the key's; null for a tombstone
 * @param heardMs when this reader got it, or the record's own timestamp where it is older than the reader; ms since 1970
 */
public record FeedRecord(SpecificRecordBase key, SpecificRecordBase value, long heardMs) {}
