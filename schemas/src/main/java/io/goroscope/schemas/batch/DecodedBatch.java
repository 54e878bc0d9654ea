package io.goroscope.schemas.batch;

import io.goroscope.schemas.avro.Lifecycle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One batch in primitive columns. The decoder fills it and it is used again for the next batch, so nobody keeps it.
 * Row {@code i} of each column is event {@code i}; rows from {@link #eventCount} on are left over from earlier batches.
 */
public final class DecodedBatch {

    byte[] bytes = new byte[0];
    int sourceOffset;
    int sourceLength;
    int imageCount;
    int lane;
    long sequence;
    long baseTimeNs;
    long wallOffsetNs;
    long lost;
    long oldestNs;
    long latestNs;
    long deepestNs;
    int eventCount;
    final List<Lifecycle> lifecycle = new ArrayList<>();
    int capturesOffset;

    long[] timeNs = new long[0];
    long[] goid = new long[0];
    long[] depth = new long[0];
    int[] function = new int[0];
    int[] what = new int[0];
    int[] generation = new int[0];
    long[] segment = new long[0];

    void ensureEvents(int count) {
        if (count > timeNs.length) {
            int capacity = Math.max(count, Math.min(BatchDescriptor.MAX_EVENTS, timeNs.length * 2));
            timeNs = Arrays.copyOf(timeNs, capacity);
            goid = Arrays.copyOf(goid, capacity);
            depth = Arrays.copyOf(depth, capacity);
            function = Arrays.copyOf(function, capacity);
            what = Arrays.copyOf(what, capacity);
            generation = Arrays.copyOf(generation, capacity);
            segment = Arrays.copyOf(segment, capacity);
        }
    }

    /** The record that the batch was decoded from; {@link #sourceOffset} and {@link #sourceLength} point into it. */
    public byte[] bytes() {
        return bytes;
    }

    /** Where the encoded {@link LaneSource} begins in {@link #bytes}. */
    public int sourceOffset() {
        return sourceOffset;
    }

    /** Length of the encoded {@link LaneSource}, bytes. */
    public int sourceLength() {
        return sourceLength;
    }

    /** Number of the lane. */
    public int lane() {
        return lane;
    }

    /** Number of the batch in its lane. */
    public long sequence() {
        return sequence;
    }

    /** Time of the batch, ns of the kernel's monotonic clock. */
    public long baseTimeNs() {
        return baseTimeNs;
    }

    /** The least time in it, {@link #baseTimeNs} included, ns. */
    public long oldestNs() {
        return oldestNs;
    }

    /** The greatest time in it, {@link #baseTimeNs} included, ns. */
    public long latestNs() {
        return latestNs;
    }

    /** By how much an event is older than any time before it in the batch, at most, ns; 0 where none is. */
    public long deepestNs() {
        return deepestNs;
    }

    /** Add this to a time to get ns since 1970. */
    public long wallOffsetNs() {
        return wallOffsetNs;
    }

    /** Events of the process lost before this batch; lane 0 only. */
    public long lost() {
        return lost;
    }

    /** Number of events. */
    public int eventCount() {
        return eventCount;
    }

    /** What happened between the events, in order of {@code before}. */
    public List<Lifecycle> lifecycle() {
        return lifecycle;
    }

    /** True where calls were captured with their values; {@link BatchDecoder#captures} reads them. */
    public boolean hasCaptures() {
        return bytes.length - capturesOffset > 1;
    }

    /** The record as it would be if no values had been captured: for whoever keeps it for the sake of its events. */
    public byte[] withoutCaptures() {
        byte[] copy = Arrays.copyOf(bytes, capturesOffset + 1);
        copy[capturesOffset] = 0;
        return copy;
    }

    /** Time of each event, ns of the kernel's monotonic clock. */
    public long[] timeNs() {
        return timeNs;
    }

    /** Identity of each event. */
    public long[] goid() {
        return goid;
    }

    /** Frame key of each event. */
    public long[] depth() {
        return depth;
    }

    /** Function of each event: image and number. */
    public int[] function() {
        return function;
    }

    /** Kind and flags of each event. */
    public int[] what() {
        return what;
    }

    /** Loss generation of each event. */
    public int[] generation() {
        return generation;
    }

    /** Segment limit of each event, or 0. */
    public long[] segment() {
        return segment;
    }
}
