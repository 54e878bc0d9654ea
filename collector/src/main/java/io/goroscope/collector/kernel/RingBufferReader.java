package io.goroscope.collector.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads a BPF ring buffer in place, without system calls and without allocation: one reader, many writers.
 *
 * <p>The kernel ({@code kernel/bpf/ringbuf.c}) maps a page with the consumer's position, a page with the producer's, and the
 * data, twice in a row for whoever wants it so. Here it is mapped once, since a second mapping counts as memory again, and
 * the one record of each lap that wraps is copied. Positions count bytes and never wrap. A record has a header of 8 bytes:
 * its length, with bit 31 while it is being written and bit 30 if it was thrown away.
 */
final class RingBufferReader implements AutoCloseable {

    private static final int HEADER_BYTES = 8;
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;

    private static final RingHandler.ProcessEvent[] PROCESS_EVENTS = RingHandler.ProcessEvent.values();

    private final MappedArea consumer;
    private final MappedArea producer;
    private final ByteBuffer data;
    private final int dataOffset;
    private final int bytes;
    private final long mask;
    private ByteBuffer wrapped = ByteBuffer.allocateDirect(0);
    private long position;
    private boolean closed;

    /** @param bytes the map's max_entries: a power of two */
    RingBufferReader(int map, int bytes) {
        int page = MappedArea.pageSize();
        this.consumer = MappedArea.map(map, page, true, 0);
        MappedArea mapped;
        try {
            mapped = MappedArea.map(map, page + (long) bytes, false, page);
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
        this.producer = mapped;
        this.data = mapped.buffer();
        this.dataOffset = page;
        this.bytes = bytes;
        this.mask = bytes - 1L;
        this.position = consumer.longAt(0);
    }

    /** Hands over at most {@code limit} records. Returns how many; fewer than the limit means that the ring is empty. */
    int poll(RingHandler handler, int limit) {
        return drain((record, at, length) -> deliver(handler, record, at), limit);
    }

    /** Takes one record, where it lies. */
    @FunctionalInterface
    interface Taker {
        /**
         * Takes it; neither the buffer nor what is in it is the taker's afterwards.
         *
         * @param at index of the record's first byte
         * @param length its bytes
         */
        void take(ByteBuffer record, int at, int length);
    }

    /** The same for records of any kind. */
    int drain(Taker taker, int limit) {
        if (closed) {
            return 0;
        }
        int count = 0;
        long end = producer.longAt(0);
        try {
            while (count < limit && position < end) {
                // A multiple of 8, so that no header wraps.
                int at = (int) (position & mask);
                int header = (int) MappedArea.INTS.getAcquire(data, dataOffset + at);
                if ((header & BUSY) != 0) {
                    break;
                }
                int length = header & ~(BUSY | DISCARDED);
                // Before the handler: one that throws does not get the same record again.
                position += (length + HEADER_BYTES + 7L) & ~7L;
                if ((header & DISCARDED) == 0) {
                    int first = at + HEADER_BYTES;
                    if (first + length <= bytes) {
                        taker.take(data, dataOffset + first, length);
                    } else {
                        taker.take(joined(first, length), 0, length);
                    }
                    count++;
                }
            }
        } finally {
            MappedArea.LONGS.setRelease(consumer.buffer(), 0, position);
        }
        return count;
    }

    /** Bytes that wait to be read. */
    long backlogBytes() {
        return closed ? 0 : producer.longAt(0) - position;
    }

    /** A copy of a record that goes on at the beginning of the data. */
    private ByteBuffer joined(int first, int length) {
        if (wrapped.capacity() < length) {
            wrapped = ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder());
        }
        int head = bytes - first;
        wrapped.put(0, data, dataOffset + first, head);
        wrapped.put(head, data, dataOffset, length - head);
        return wrapped;
    }

    private static void deliver(RingHandler handler, ByteBuffer data, int at) {
        int slotWhat = data.getInt(at + RingRecord.SLOT_WHAT);
        int what = RingRecord.what(slotWhat);
        int kind = RingRecord.kind(what);
        if (kind >= RingRecord.FIRST_PROCESS_KIND) {
            handler.onProcess(
                    PROCESS_EVENTS[kind - RingRecord.FIRST_PROCESS_KIND],
                    data.getLong(at + RingRecord.TIME),
                    data.getInt(at + RingRecord.TGID),
                    data.getLong(at + RingRecord.IDENTITY),
                    data.getLong(at + RingRecord.DEPTH),
                    (int) data.getLong(at + RingRecord.SEGMENT));
            return;
        }
        int slot = RingRecord.slot(slotWhat);
        handler.onEvent(
                data.getLong(at + RingRecord.TIME),
                data.getInt(at + RingRecord.TGID),
                data.getInt(at + RingRecord.TID),
                data.getLong(at + RingRecord.IDENTITY),
                data.getLong(at + RingRecord.DEPTH),
                data.getLong(at + RingRecord.SEGMENT),
                slot == Cookie.NO_SLOT ? RingHandler.NO_SLOT : slot,
                data.getShort(at + RingRecord.PLACE) & 0xffff,
                what,
                data.getShort(at + RingRecord.GENERATION) & 0xffff);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            producer.close();
            consumer.close();
        }
    }
}
