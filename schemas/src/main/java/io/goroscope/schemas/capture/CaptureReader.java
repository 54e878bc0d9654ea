package io.goroscope.schemas.capture;

import io.goroscope.schemas.Records;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.CapturedRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.specific.SpecificDatumReader;

/** Reads a capture file in order. */
public final class CaptureReader implements AutoCloseable {

    static {
        Records.trustGeneratedClasses();
    }

    private final Path file;
    private final DataFileReader<CapturedRecord> reader;
    private long read;

    private CaptureReader(Path file, DataFileReader<CapturedRecord> reader) {
        this.file = file;
        this.reader = reader;
    }

    /**
     * Opens a capture.
     *
     * @throws UserException if the file is not there or is no capture
     */
    public static CaptureReader open(Path file) {
        if (!Files.isReadable(file)) {
            throw new UserException("cannot read capture " + file + ": no such file, or no permission");
        }
        try {
            DataFileReader<CapturedRecord> reader =
                    new DataFileReader<>(file.toFile(), new SpecificDatumReader<>(CapturedRecord.class));
            if (!reader.getMetaKeys().contains("goroscope.capture")) {
                reader.close();
                throw new UserException(file + " is an Avro file, but no goroscope capture");
            }
            return new CaptureReader(file, reader);
        } catch (IOException | AvroRuntimeException e) {
            throw new UserException("cannot read capture " + file + ": not an Avro object container", e);
        }
    }

    /**
     * The next record, or null at the end.
     *
     * @throws UserException if the file is damaged or was cut here; the records before it are good
     */
    public CapturedRecord next() {
        try {
            if (!reader.hasNext()) {
                return null;
            }
            CapturedRecord record = reader.next();
            read++;
            return record;
        } catch (AvroRuntimeException e) {
            throw new UserException(
                    "capture " + file + " is damaged or cut after " + read + " records; those before are whole", e);
        }
    }

    /** Records read so far. */
    public long count() {
        return read;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
