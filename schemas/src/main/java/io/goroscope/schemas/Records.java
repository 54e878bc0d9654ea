package io.goroscope.schemas;

import io.goroscope.schemas.BadRecordException.Reason;
import io.goroscope.schemas.avro.EventBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Single-object encoding of the records that are made from the schemas; for all but event batches, which have a codec
 * of their own.
 *
 * <p>A record has exactly one encoding (no schema here has a map in a key), so encoded keys can be compared as bytes.
 * All methods may be called from any thread.
 */
public final class Records {

    /** Bytes before the datum: marker and fingerprint. */
    public static final int HEADER_LENGTH = 10;

    private static final SpecificData MODEL = new SpecificData(Records.class.getClassLoader());
    private static final Map<Schema, BinaryMessageEncoder<SpecificRecordBase>> ENCODERS = new ConcurrentHashMap<>();
    private static final Map<Long, SpecificDatumReader<SpecificRecordBase>> READERS = new ConcurrentHashMap<>();

    private static final AtomicBoolean TRUSTED = new AtomicBoolean();

    static {
        trustGeneratedClasses();
    }

    private Records() {}

    /**
     * Lets Avro make instances of our generated classes: since 1.12.1 it refuses all classes that are not named
     * (ClassSecurityValidator). To be called before Avro reads into a generated class; doing it again changes nothing.
     */
    public static void trustGeneratedClasses() {
        if (TRUSTED.compareAndSet(false, true)) {
            String packageName = EventBatch.class.getPackageName();
            ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                    type -> type.getPackageName().equals(packageName), ClassSecurityValidator.getGlobal()));
        }
    }

    /** Encodes a record with marker and fingerprint. */
    public static byte[] encode(SpecificRecordBase record) {
        try {
            ByteBuffer bytes = ENCODERS.computeIfAbsent(
                            record.getSchema(), schema -> new BinaryMessageEncoder<>(MODEL, schema, true))
                    .encode(record);
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            return copy;
        } catch (IOException e) {
            throw new IllegalStateException("encoding into memory failed", e);
        }
    }

    /**
     * Decodes a record of any published schema into today's class for it.
     *
     * @throws BadRecordException if the bytes are no such record
     */
    public static SpecificRecordBase decode(byte[] bytes) throws BadRecordException {
        SpecificDatumReader<SpecificRecordBase> reader = reader(fingerprint(bytes, 0, bytes.length));
        try {
            BinaryDecoder in =
                    DecoderFactory.get().binaryDecoder(bytes, HEADER_LENGTH, bytes.length - HEADER_LENGTH, null);
            SpecificRecordBase record = reader.read(null, in);
            if (in.inputStream().available() > 0) {
                throw new BadRecordException(
                        Reason.TRAILING, "after " + record.getSchema().getName());
            }
            return record;
        } catch (IOException e) {
            throw new BadRecordException(Reason.TRUNCATED, String.valueOf(e.getMessage()));
        } catch (AvroRuntimeException | IndexOutOfBoundsException | UnsupportedOperationException e) {
            throw new BadRecordException(Reason.LENGTH, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Decodes a record that has to be of one type.
     *
     * @throws BadRecordException if the bytes are no such record
     */
    public static <T extends SpecificRecordBase> T decode(byte[] bytes, Class<T> type) throws BadRecordException {
        SpecificRecordBase record = decode(bytes);
        if (!type.isInstance(record)) {
            throw new BadRecordException(
                    Reason.FINGERPRINT,
                    "expected " + type.getSimpleName() + ", is "
                            + record.getSchema().getName());
        }
        return type.cast(record);
    }

    /**
     * The fingerprint in a record's header.
     *
     * @throws BadRecordException if the record is too short or has no marker
     */
    public static long fingerprint(byte[] bytes, int offset, int length) throws BadRecordException {
        if (length < HEADER_LENGTH) {
            throw new BadRecordException(Reason.TRUNCATED, "length=" + length);
        }
        if (bytes[offset] != (byte) 0xC3 || bytes[offset + 1] != 1) {
            throw new BadRecordException(
                    Reason.MARKER, "expected C3 01, is %02X %02X".formatted(bytes[offset], bytes[offset + 1]));
        }
        return ByteBuffer.wrap(bytes, offset, length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(offset + 2);
    }

    private static SpecificDatumReader<SpecificRecordBase> reader(long fingerprint) throws BadRecordException {
        SpecificDatumReader<SpecificRecordBase> known = READERS.get(fingerprint);
        if (known != null) {
            return known;
        }
        Schema written = WireSchemas.published().get(fingerprint);
        if (written == null) {
            throw new BadRecordException(Reason.FINGERPRINT, "unknown %016x".formatted(fingerprint));
        }
        Schema expected = WireSchemas.current().stream()
                .filter(schema -> schema.getFullName().equals(written.getFullName()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no class for " + written.getFullName()));
        SpecificDatumReader<SpecificRecordBase> reader = new SpecificDatumReader<>(written, expected, MODEL);
        READERS.put(fingerprint, reader);
        return reader;
    }

    /** What a buffer holds, as Avro gives a field of type bytes; the buffer stays as it is. */
    public static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
