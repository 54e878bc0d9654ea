package io.goroscope.collector.spool;

import io.goroscope.collector.publish.LostEvents;
import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.schemas.capture.CaptureWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The segment that is being written. Knows which of its records the disk has, for the day when it is full. */
final class SegmentWriter {

    private static final int BLOCK_BYTES = 64 * 1024;

    private final Segment segment;
    private final CaptureWriter writer;
    private final SegmentContent content = new SegmentContent();
    private final List<OutgoingRecord> unwritten = new ArrayList<>();
    private long unwrittenBytes;
    private long flushedBytes;

    private SegmentWriter(Segment segment, CaptureWriter writer) {
        this.segment = segment;
        this.writer = writer;
    }

    static SegmentWriter create(Segment segment) throws IOException {
        return new SegmentWriter(segment, CaptureWriter.create(segment.file()));
    }

    Segment segment() {
        return segment;
    }

    /** What is in it. */
    SegmentContent content() {
        return content;
    }

    /** Adds a record; a failure concerns all that {@link #lose} counts. */
    void append(OutgoingRecord record) throws IOException {
        unwritten.add(record);
        content.add(record);
        unwrittenBytes += record.value().length;
        writer.append(new CapturedRecord(
                Topics.DEFAULT.of(record.kind()),
                record.timestampMs(),
                ByteBuffer.wrap(record.key()),
                ByteBuffer.wrap(record.value())));
        if (unwrittenBytes >= BLOCK_BYTES) {
            flush();
        }
    }

    /** Takes back the record that was added last: its sender hears that it was refused. */
    void forget(OutgoingRecord record) {
        unwritten.remove(unwritten.size() - 1);
        content.remove(record);
    }

    void flush() throws IOException {
        writer.flush();
        flushedBytes = segment.bytes();
        unwritten.clear();
        unwrittenBytes = 0;
    }

    void close() throws IOException {
        flush();
        writer.close();
    }

    /** Lets go of a file that somebody removed. */
    void leave() throws IOException {
        writer.close();
    }

    /**
     * Gives up what the disk has not got, and lets go of the file, which then ends with the last record that is not counted.
     */
    void lose(LostEvents lost) throws IOException {
        for (OutgoingRecord record : unwritten) {
            lost.add(record);
            content.remove(record);
        }
        unwritten.clear();
        try {
            writer.close();
        } finally {
            // Closing writes the last block once more, and this time it may fit.
            try (FileChannel file = FileChannel.open(segment.file(), StandardOpenOption.WRITE)) {
                file.truncate(flushedBytes);
            }
        }
    }
}
