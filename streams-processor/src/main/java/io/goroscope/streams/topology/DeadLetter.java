package io.goroscope.streams.topology;

import io.goroscope.schemas.BadRecordException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** A bad record on its way to the dead-letter topic: key and value as they came, and why in headers, as UTF-8. */
public final class DeadLetter {

    /** Name of a {@link BadRecordException.Reason}. */
    public static final String REASON = "goroscope.reason";
    /** The field and its value. */
    public static final String DETAIL = "goroscope.detail";
    /** Where it was. */
    public static final String TOPIC = "goroscope.topic";
    /** Its partition there, in decimal. */
    public static final String PARTITION = "goroscope.partition";
    /** Its offset there, in decimal. */
    public static final String OFFSET = "goroscope.offset";

    private DeadLetter() {}

    static Record<byte[], byte[]> of(Record<byte[], byte[]> record, RecordMetadata from, BadRecordException why) {
        Headers headers = new RecordHeaders(record.headers());
        add(headers, REASON, why.reason().name());
        add(headers, DETAIL, why.getMessage());
        add(headers, TOPIC, from.topic());
        add(headers, PARTITION, String.valueOf(from.partition()));
        add(headers, OFFSET, String.valueOf(from.offset()));
        return record.withHeaders(headers);
    }

    private static void add(Headers headers, String key, String value) {
        headers.remove(key);
        headers.add(key, value.getBytes(StandardCharsets.UTF_8));
    }
}
