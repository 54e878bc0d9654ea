package io.goroscope.schemas.batch;

import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.Capture;
import io.goroscope.schemas.avro.Lifecycle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.io.BinaryData;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;

/**
 * Writes the batches of one lane, one after the other. Adding an event allocates nothing; {@link #finish} copies the
 * batch out and begins the next one.
 *
 * <p>Not safe for use by several threads.
 */
public final class BatchEncoder {

    private static final int MAX_NUMBER_BYTES = 10;
    /** Some 30 bytes each: a change of mode of thousands of functions takes several batches. */
    private static final int MAX_LIFECYCLE = 2048;

    private final byte[] source;
    private final long wallOffsetNs;
    private final int maxEvents;
    private final byte[] events;
    private final List<Lifecycle> lifecycle = new ArrayList<>();
    private final SpecificDatumWriter<Capture> captureWriter = new SpecificDatumWriter<>(Capture.class);
    private final ByteArrayOutputStream captures = new ByteArrayOutputStream(0);
    private int eventBytes;
    private int eventCount;
    private int captureCount;
    /** The size of {@link #captures}, which takes a lock to say so. */
    private int captureBytes;

    private BinaryEncoder captureEncoder;
    private long baseTimeNs;
    private long lastTimeNs;
    private long sequence;

    /**
     * @param source the lane
     * @param wallOffsetNs what to add to event times to get ns since 1970
     * @param maxEvents events after which {@link #isFull} says so, 1 to {@link BatchDescriptor#MAX_EVENTS}
     */
    public BatchEncoder(LaneSource source, long wallOffsetNs, int maxEvents) {
        if (maxEvents < 1 || maxEvents > BatchDescriptor.MAX_EVENTS) {
            throw new IllegalArgumentException("maxEvents must be 1 to 65536, is " + maxEvents);
        }
        this.source = source.encode();
        this.wallOffsetNs = wallOffsetNs;
        this.maxEvents = maxEvents;
        this.events = new byte[maxEvents * BatchDescriptor.MAX_EVENT_BYTES];
    }

    /** Adds one event; the fields are those of {@code Event.avsc}, the time absolute, ns. */
    public void add(long timeNs, long goid, long depth, int function, int what, int generation, long segment) {
        if (eventCount == 0) {
            baseTimeNs = timeNs;
            lastTimeNs = timeNs;
        }
        int at = put(timeNs - lastTimeNs, events, eventBytes);
        at = put(goid, events, at);
        at = put(depth, events, at);
        at = put(function, events, at);
        at = put(what, events, at);
        at = put(generation, events, at);
        eventBytes = put(segment, events, at);
        lastTimeNs = timeNs;
        eventCount++;
    }

    /** Half of an event's numbers fit into a byte. */
    private static int put(long number, byte[] to, int at) {
        long zigzag = (number << 1) ^ (number >> 63);
        if ((zigzag & ~0x7f) == 0) {
            to[at] = (byte) zigzag;
            return at + 1;
        }
        return at + BinaryData.encodeLong(number, to, at);
    }

    /** Adds something that happened after the events so far; {@code before} is set here. */
    public void add(Lifecycle happening) {
        happening.setBefore(eventCount);
        lifecycle.add(happening);
    }

    /** Adds a captured call behind the events so far; {@code event} is set here. */
    public void add(Capture capture) {
        capture.setEvent(eventCount);
        try {
            captureEncoder = EncoderFactory.get().directBinaryEncoder(captures, captureEncoder);
            captureWriter.write(capture, captureEncoder);
            captureEncoder.flush();
        } catch (IOException e) {
            throw new IllegalStateException("encoding into memory failed", e);
        }
        captureCount++;
        captureBytes = captures.size();
    }

    /** True when the batch should be finished before the next event. */
    public boolean isFull() {
        return eventCount == maxEvents
                || eventBytes + captureBytes > BatchDescriptor.MAX_BYTES / 2
                || lifecycle.size() >= MAX_LIFECYCLE;
    }

    /** True when there is nothing in the batch. */
    public boolean isEmpty() {
        return eventCount == 0 && lifecycle.isEmpty() && captureCount == 0;
    }

    /** Number of events in the batch so far. */
    public int eventCount() {
        return eventCount;
    }

    /** Time of the first event in the batch, ns; undefined while there is none. */
    public long firstTimeNs() {
        return baseTimeNs;
    }

    /** Number of the batch that is being made. */
    public long sequence() {
        return sequence;
    }

    /**
     * Ends the batch.
     *
     * @param nowNs time of the batch where it has no event, ns
     * @param lost events of the process lost since the batch before (lane 0 only)
     * @return the encoded record
     */
    public byte[] finish(long nowNs, long lost) {
        byte[] lifecycleBytes = encode(lifecycle);
        byte[] record = new byte
                [Records.HEADER_LENGTH
                        + source.length
                        + 8 * MAX_NUMBER_BYTES
                        + lifecycleBytes.length
                        + eventBytes
                        + captureBytes];
        record[0] = (byte) 0xC3;
        record[1] = 1;
        ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putLong(2, BatchDescriptor.FINGERPRINT);
        int at = append(source, source.length, record, Records.HEADER_LENGTH);
        at += BinaryData.encodeLong(sequence, record, at);
        at += BinaryData.encodeLong(eventCount == 0 ? nowNs : baseTimeNs, record, at);
        at += BinaryData.encodeLong(wallOffsetNs, record, at);
        at += BinaryData.encodeLong(lost, record, at);
        at = append(lifecycleBytes, lifecycleBytes.length, record, at);
        if (eventCount > 0) {
            at += BinaryData.encodeLong(eventCount, record, at);
            at = append(events, eventBytes, record, at);
        }
        record[at++] = 0;
        if (captureCount > 0) {
            // A negative count says that the block's size follows (Avro specification, "Arrays").
            at += BinaryData.encodeLong(-captureCount, record, at);
            at += BinaryData.encodeLong(captureBytes, record, at);
            at = append(captures.toByteArray(), captureBytes, record, at);
        }
        record[at++] = 0;
        sequence++;
        eventCount = 0;
        eventBytes = 0;
        lifecycle.clear();
        captures.reset();
        captureCount = 0;
        captureBytes = 0;
        return Arrays.copyOf(record, at);
    }

    private static int append(byte[] from, int length, byte[] to, int at) {
        System.arraycopy(from, 0, to, at, length);
        return at + length;
    }

    private static byte[] encode(List<Lifecycle> items) {
        if (items.isEmpty()) {
            return new byte[1];
        }
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, null);
            SpecificDatumWriter<Lifecycle> writer = new SpecificDatumWriter<>(Lifecycle.class);
            out.writeArrayStart();
            out.setItemCount(items.size());
            for (Lifecycle item : items) {
                out.startItem();
                writer.write(item, out);
            }
            out.writeArrayEnd();
            out.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("encoding into memory failed", e);
        }
    }
}
