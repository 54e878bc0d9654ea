package io.goroscope.collector.kernel;

import com.kenai.jffi.MemoryIO;
import java.lang.invoke.VarHandle;
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

    /** Reads without the checks of a buffer, which cost more than all else about an event; what is read lies in the area. */
    private static final MemoryIO MEMORY = MemoryIO.getInstance();

    private static final RingHandler.ProcessEvent[] PROCESS_EVENTS = RingHandler.ProcessEvent.values();

    private final MappedArea consumer;
    private final MappedArea producer;
    private final ByteBuffer data;
    private final long dataAddress;
    private final int dataOffset;
    private final int bytes;
    private final long mask;
    private ByteBuffer wrapped = ByteBuffer.allocateDirect(0);
    private long wrappedAddress;
    /** Where the record lies that is being handed over. */
    private long recordAddress;

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
        this.dataAddress = MEMORY.getDirectBufferAddress(data);
        this.dataOffset = page;
        this.bytes = bytes;
        this.mask = bytes - 1L;
        this.position = consumer.longAt(0);
    }

    /** Hands over at most {@code limit} records. Returns how many; fewer than the limit means that the ring is empty. */
    int poll(RingHandler handler, int limit) {
        return drain((record, at, length) -> deliver(handler, recordAddress), limit);
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
                int header = MEMORY.getInt(dataAddress + dataOffset + at);
                VarHandle.acquireFence();
                if ((header & BUSY) != 0) {
                    break;
                }
                int length = header & ~(BUSY | DISCARDED);
                // Before the handler: one that throws does not get the same record again.
                position += (length + HEADER_BYTES + 7L) & ~7L;
                if ((header & DISCARDED) == 0) {
                    int first = at + HEADER_BYTES;
                    if (first + length <= bytes) {
                        recordAddress = dataAddress + dataOffset + first;
                        taker.take(data, dataOffset + first, length);
                    } else {
                        ByteBuffer joined = joined(first, length);
                        recordAddress = wrappedAddress;
                        taker.take(joined, 0, length);
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
            wrappedAddress = MEMORY.getDirectBufferAddress(wrapped);
        }
        int head = bytes - first;
        wrapped.put(0, data, dataOffset + first, head);
        wrapped.put(head, data, dataOffset, length - head);
        return wrapped;
    }

    private static void deliver(RingHandler handler, long record) {
        int slotWhat = MEMORY.getInt(record + RingRecord.SLOT_WHAT);
        int what = RingRecord.what(slotWhat);
        int kind = RingRecord.kind(what);
        if (kind >= RingRecord.FIRST_PROCESS_KIND) {
            handler.onProcess(
                    PROCESS_EVENTS[kind - RingRecord.FIRST_PROCESS_KIND],
                    MEMORY.getLong(record + RingRecord.TIME),
                    MEMORY.getInt(record + RingRecord.TGID),
                    MEMORY.getLong(record + RingRecord.IDENTITY),
                    MEMORY.getLong(record + RingRecord.DEPTH),
                    (int) MEMORY.getLong(record + RingRecord.SEGMENT));
            return;
        }
        int slot = RingRecord.slot(slotWhat);
        handler.onEvent(
                MEMORY.getLong(record + RingRecord.TIME),
                MEMORY.getInt(record + RingRecord.TGID),
                MEMORY.getInt(record + RingRecord.TID),
                MEMORY.getLong(record + RingRecord.IDENTITY),
                MEMORY.getLong(record + RingRecord.DEPTH),
                MEMORY.getLong(record + RingRecord.SEGMENT),
                slot == Cookie.NO_SLOT ? RingHandler.NO_SLOT : slot,
                MEMORY.getShort(record + RingRecord.PLACE) & 0xffff,
                what,
                MEMORY.getShort(record + RingRecord.GENERATION) & 0xffff);
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
