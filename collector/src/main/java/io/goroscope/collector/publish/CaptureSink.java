package io.goroscope.collector.publish;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.schemas.capture.CaptureWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Writes records into a capture file instead of topics. */
public final class CaptureSink implements RecordSink {

    private final Path file;
    private final CaptureWriter writer;
    private IOException failure;
    private long records;

    private CaptureSink(Path file, CaptureWriter writer) {
        this.file = file;
        this.writer = writer;
    }

    /**
     * Makes a new capture file.
     *
     * @throws UserException if the file cannot be made
     */
    public static CaptureSink create(Path file) {
        try {
            return new CaptureSink(file, CaptureWriter.create(file));
        } catch (IOException e) {
            throw new UserException("cannot write capture " + file + ": " + reason(e), e);
        }
    }

    @Override
    public boolean offer(OutgoingRecord record) {
        if (failure != null) {
            return false;
        }
        try {
            writer.append(new CapturedRecord(
                    Topics.DEFAULT.of(record.kind()),
                    record.timestampMs(),
                    ByteBuffer.wrap(record.key()),
                    ByteBuffer.wrap(record.value())));
            records++;
            return true;
        } catch (IOException e) {
            failure = e;
            return false;
        }
    }

    /** Records written. */
    public long records() {
        return records;
    }

    /**
     * Ends the file.
     *
     * @throws UserException if the disk was full or failed; what is before stays readable
     */
    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            failure = failure == null ? e : failure;
        }
        if (failure != null) {
            throw new UserException(
                    "capture " + file + " is incomplete after " + records + " records: " + reason(failure), failure);
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
