package io.goroscope.schemas.batch;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.BadRecordException.Reason;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.Capture;
import io.goroscope.schemas.avro.EventBatch;
import io.goroscope.schemas.avro.Lifecycle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * Reads event batches into primitive columns. A batch is either decoded whole and valid, or refused with a reason:
 * what comes after need not check a field again. Captured calls are passed over as a block, whose size is told;
 * {@link #captures} is for those who want them.
 *
 * <p>A batch of an older published schema that is laid out otherwise goes through Avro's schema resolution first, which is slower and gives the
 * same columns. Not safe for use by several threads.
 */
public final class BatchDecoder {

    /** CPUs differ by some µs; time that goes back by more than this is no such difference, ns. */
    private static final long MAX_STEP_BACK_NS = 1_000_000_000L;

    private static final int MIN_EVENT_BYTES = 7;

    static {
        Records.trustGeneratedClasses();
    }

    private final SpecificDatumReader<Lifecycle> lifecycleReader = new SpecificDatumReader<>(Lifecycle.class);
    private final SpecificDatumReader<Capture> captureReader = new SpecificDatumReader<>(Capture.class);
    private BinaryDecoder in;

    /**
     * Decodes a record.
     *
     * @param record the whole value of a Kafka record
     * @param batch filled on success; on failure its content is undefined
     * @throws BadRecordException if the record is no valid batch
     */
    public void decode(byte[] record, DecodedBatch batch) throws BadRecordException {
        long fingerprint = Records.fingerprint(record, 0, record.length);
        boolean laidOutSo = fingerprint == BatchDescriptor.FINGERPRINT
                || fingerprint == BatchDescriptor.FINGERPRINT_BEFORE_CAPTURES;
        byte[] bytes = laidOutSo ? record : Records.encode(Records.decode(record, EventBatch.class));
        try {
            decodeCurrent(bytes, batch);
        } catch (IOException | RuntimeException e) {
            throw unreadable("batch", record.length, e);
        }
    }

    /**
     * What a part that cannot be read is refused for. Avro throws UnsupportedOperationException at a length beyond what an
     * array may have (SystemLimitException's checks). Anything else is an error of ours, and goes on.
     */
    private static BadRecordException unreadable(String what, int length, Exception e) {
        if (e instanceof IOException) {
            return new BadRecordException(Reason.TRUNCATED, what + " of " + length + " bytes");
        }
        if (e instanceof AvroRuntimeException
                || e instanceof IndexOutOfBoundsException
                || e instanceof UnsupportedOperationException) {
            return new BadRecordException(Reason.LENGTH, String.valueOf(e.getMessage()));
        }
        throw (RuntimeException) e;
    }

    /** Decodes a {@link LaneSource} out of a batch that was decoded. */
    public LaneSource source(DecodedBatch batch) {
        return LaneSource.decode(batch.bytes, batch.sourceOffset, batch.sourceLength);
    }

    /**
     * Decodes the captured calls of a batch that was decoded.
     *
     * @throws BadRecordException if they are not what a batch may have
     */
    public List<Capture> captures(DecodedBatch batch) throws BadRecordException {
        List<Capture> captures = new ArrayList<>();
        int length = batch.bytes.length - batch.capturesOffset;
        in = DecoderFactory.get().binaryDecoder(batch.bytes, batch.capturesOffset, length, in);
        try {
            readAll(captureReader, captures);
        } catch (IOException | RuntimeException e) {
            throw unreadable("captures", length, e);
        } catch (StackOverflowError e) {
            throw new BadRecordException(Reason.LENGTH, "values within values without end");
        }
        for (Capture capture : captures) {
            check(
                    capture.getEvent() >= 0 && capture.getEvent() <= batch.eventCount,
                    "capture.event",
                    capture.getEvent());
            check(BatchDescriptor.image(capture.getFunction()) < batch.imageCount, "capture", capture.getFunction());
        }
        return captures;
    }

    private void decodeCurrent(byte[] bytes, DecodedBatch batch) throws IOException, BadRecordException {
        batch.bytes = bytes;
        batch.sourceOffset = Records.HEADER_LENGTH;
        in = DecoderFactory.get().binaryDecoder(bytes, Records.HEADER_LENGTH, bytes.length - Records.HEADER_LENGTH, in);
        skipSource(batch);
        batch.sourceLength = bytes.length - in.inputStream().available() - batch.sourceOffset;
        batch.sequence = in.readLong();
        batch.baseTimeNs = in.readLong();
        batch.wallOffsetNs = in.readLong();
        batch.lost = in.readLong();
        check(batch.sequence >= 0, "sequence", batch.sequence);
        check(batch.lost >= 0, "lost", batch.lost);
        readAll(lifecycleReader, batch.lifecycle);
        readEvents(batch);
        batch.capturesOffset = bytes.length - in.inputStream().available();
        skipCaptures();
        int left = in.inputStream().available();
        if (left > 0) {
            throw new BadRecordException(Reason.TRAILING, left + " bytes");
        }
        checkLifecycle(batch);
    }

    private void skipSource(DecodedBatch batch) throws IOException, BadRecordException {
        skipString();
        skipString();
        in.readInt();
        in.readLong();
        in.readInt();
        skipString();
        in.readLong();
        batch.lane = in.readInt();
        int lanes = in.readInt();
        if (batch.lane < 0 || batch.lane >= lanes) {
            throw new BadRecordException(Reason.VALUE, "lane=" + batch.lane + " lanes=" + lanes);
        }
        skipString();
        skipString();
        int images = 0;
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            checkCount(left);
            for (long i = 0; i < left; i++, images++) {
                skipString();
                skipString();
            }
        }
        if (images < 1 || images > BatchDescriptor.MAX_IMAGES) {
            throw new BadRecordException(Reason.VALUE, "images=" + images);
        }
        batch.imageCount = images;
    }

    /** Avro's own skips as far as it is told, backwards where the length is negative. */
    private void skipString() throws IOException, BadRecordException {
        long length = in.readLong();
        if (length < 0 || length > BatchDescriptor.MAX_BYTES) {
            throw new BadRecordException(Reason.LENGTH, "string of " + length + " bytes");
        }
        in.skipFixed((int) length);
    }

    private void readEvents(DecodedBatch batch) throws IOException, BadRecordException {
        int count = 0;
        long time = batch.baseTimeNs;
        long latest = time;
        long oldest = time;
        long deepest = 0;
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            if (left > BatchDescriptor.MAX_EVENTS - count) {
                throw new BadRecordException(Reason.LENGTH, "events=" + left);
            }
            if (left * MIN_EVENT_BYTES > in.inputStream().available()) {
                throw new BadRecordException(Reason.TRUNCATED, "events=" + left);
            }
            int end = count + (int) left;
            batch.ensureEvents(end);
            for (int i = count; i < end; i++) {
                time += in.readLong();
                batch.timeNs[i] = time;
                batch.goid[i] = in.readLong();
                batch.depth[i] = in.readLong();
                int function = in.readInt();
                int what = in.readInt();
                batch.function[i] = function;
                batch.what[i] = what;
                batch.generation[i] = in.readInt();
                batch.segment[i] = in.readLong();
                if (function >>> BatchDescriptor.IMAGE_SHIFT >= batch.imageCount) {
                    throw new BadRecordException(
                            Reason.FUNCTION, "function=" + function + " images=" + batch.imageCount);
                }
                if ((what & ~BatchDescriptor.WHAT_MASK) != 0
                        || (what & BatchDescriptor.KIND_MASK) > BatchDescriptor.MAX_KIND) {
                    throw new BadRecordException(Reason.VALUE, "what=" + what);
                }
                if (time < latest - MAX_STEP_BACK_NS) {
                    throw new BadRecordException(Reason.TIME, "event " + i + " is " + (latest - time) + " ns back");
                }
                latest = Math.max(latest, time);
                oldest = Math.min(oldest, time);
                deepest = Math.max(deepest, latest - time);
            }
            count = end;
        }
        batch.latestNs = latest;
        batch.oldestNs = oldest;
        batch.deepestNs = deepest;
        batch.eventCount = count;
    }

    /** A negative count says that the block's size follows. Without it all of a stranger's nested values would have to be read. */
    private void skipCaptures() throws IOException, BadRecordException {
        for (long count = in.readLong(); count != 0; count = in.readLong()) {
            long size = count < 0 ? in.readLong() : -1;
            if (size < 0 || size > in.inputStream().available()) {
                throw new BadRecordException(Reason.LENGTH, "captures=" + count + " of " + size + " bytes");
            }
            in.skipFixed((int) size);
        }
    }

    private <T> void readAll(SpecificDatumReader<T> reader, List<T> into) throws IOException, BadRecordException {
        into.clear();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            checkCount(left);
            for (long i = 0; i < left; i++) {
                into.add(reader.read(null, in));
            }
        }
    }

    private void checkLifecycle(DecodedBatch batch) throws BadRecordException {
        int before = 0;
        for (Lifecycle happening : batch.lifecycle) {
            check(
                    happening.getBefore() >= before && happening.getBefore() <= batch.eventCount,
                    "lifecycle.before",
                    happening.getBefore());
            before = happening.getBefore();
        }
    }

    /** An item is at least one byte, so a count beyond the bytes left is absurd. */
    private void checkCount(long count) throws IOException, BadRecordException {
        if (count > in.inputStream().available()) {
            throw new BadRecordException(Reason.LENGTH, "count=" + count);
        }
    }

    private static void check(boolean holds, String field, long value) throws BadRecordException {
        if (!holds) {
            throw new BadRecordException(Reason.VALUE, field + "=" + value);
        }
    }
}
