package io.goroscope.schemas.capture;

import io.goroscope.schemas.Records;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.CapturedRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
                if (!endsWhole()) {
                    throw damaged(null);
                }
                return null;
            }
            CapturedRecord record = reader.next();
            read++;
            return record;
        } catch (AvroRuntimeException e) {
            throw damaged(e);
        }
    }

    private UserException damaged(AvroRuntimeException cause) {
        return new UserException(
                "capture " + file + " is damaged or cut after " + read + " records; those before are whole", cause);
    }

    /** Each block ends with the sync marker. Avro takes a file that was cut inside a block for one that ends before it. */
    private boolean endsWhole() {
        byte[] end = new byte[CaptureWriter.SYNC_MARKER.length];
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
            bytes.seek(bytes.length() - end.length);
            bytes.readFully(end);
        } catch (IOException e) {
            throw new UserException("cannot read the end of capture " + file + ": " + e.getMessage(), e);
        }
        return Arrays.equals(end, CaptureWriter.SYNC_MARKER);
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
