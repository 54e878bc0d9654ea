package io.goroscope.collector.spool;

import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.RecordLane;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.schemas.capture.CaptureReader;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a segment, up to where a crash may have cut it. */
final class SegmentReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentReader.class);

    private final Segment segment;
    private final CaptureReader reader;
    private final RecordLane lanes = new RecordLane();

    private SegmentReader(Segment segment, CaptureReader reader) {
        this.segment = segment;
        this.reader = reader;
    }

    static SegmentReader open(Segment segment) {
        CaptureReader reader = null;
        if (segment.bytes() > 0) {
            try {
                reader = CaptureReader.open(segment.file());
            } catch (UserException e) {
                LOG.warn("nothing can be read from {}: {}", segment.file(), e.getMessage());
            }
        }
        return new SegmentReader(segment, reader);
    }

    /** The next record, or null at the end. */
    OutgoingRecord next() {
        while (reader != null) {
            CapturedRecord record;
            try {
                record = reader.next();
            } catch (UserException e) {
                // The block that was being written when the collector died.
                LOG.warn("{} ends in mid-block; what is before is whole", segment.file());
                return null;
            }
            if (record == null) {
                return null;
            }
            try {
                return outgoing(record);
            } catch (BadRecordException e) {
                LOG.warn("a record of {} cannot be read: {}", segment.file(), e.getMessage());
            }
        }
        return null;
    }

    private OutgoingRecord outgoing(CapturedRecord record) throws BadRecordException {
        Topics.Kind kind = Topics.DEFAULT.kind(record.getTopic());
        byte[] value = Records.bytes(record.getValue());
        RecordLane.Content content = lanes.read(kind, value);
        return new OutgoingRecord(
                kind,
                content.lane(),
                Records.bytes(record.getKey()),
                value,
                record.getTimestampMs(),
                content.events(),
                content.lost());
    }

    @Override
    public void close() throws IOException {
        if (reader != null) {
            reader.close();
        }
    }
}
