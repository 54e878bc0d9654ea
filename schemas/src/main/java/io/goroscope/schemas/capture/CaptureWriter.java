package io.goroscope.schemas.capture;

import io.goroscope.schemas.avro.CapturedRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificDatumWriter;

/** Writes a capture file. The same records give the same bytes: the sync marker is fixed. */
public final class CaptureWriter implements AutoCloseable {

    static final byte[] SYNC_MARKER = Arrays.copyOf("goroscope".getBytes(StandardCharsets.US_ASCII), 16);
    private static final int ZSTD_LEVEL = 3;
    private static final int BLOCK_BYTES = 64 * 1024;

    private final DataFileWriter<CapturedRecord> writer;

    private CaptureWriter(DataFileWriter<CapturedRecord> writer) {
        this.writer = writer;
    }

    /**
     * Makes a new file, or empties one that is there.
     *
     * @throws IOException if that cannot be done
     */
    public static CaptureWriter create(Path file) throws IOException {
        OutputStream out = Files.newOutputStream(file);
        try {
            DataFileWriter<CapturedRecord> writer =
                    new DataFileWriter<>(new SpecificDatumWriter<>(CapturedRecord.class));
            writer.setCodec(CodecFactory.zstandardCodec(ZSTD_LEVEL));
            writer.setSyncInterval(BLOCK_BYTES);
            writer.setFlushOnEveryBlock(true);
            writer.setMeta("goroscope.capture", 1);
            writer.create(CapturedRecord.getClassSchema(), out, SYNC_MARKER);
            return new CaptureWriter(writer);
        } catch (IOException e) {
            out.close();
            throw e;
        }
    }

    /**
     * Appends a record.
     *
     * @throws IOException if the disk is full or fails; what was written before stays readable
     */
    public void append(CapturedRecord record) throws IOException {
        writer.append(record);
    }

    /**
     * Writes what waits for its block to be full.
     *
     * @throws IOException if the disk is full or fails
     */
    public void flush() throws IOException {
        writer.flush();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
