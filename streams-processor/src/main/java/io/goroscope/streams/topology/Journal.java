package io.goroscope.streams.topology;

import io.goroscope.streams.lane.LaneSet.Input;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.ByteWriter;
import io.goroscope.streams.snapshot.SnapshotSink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The records of a task since its last snapshot, in the same store as the snapshot.
 *
 * <pre>
 *  key                       value
 *  ┌──────┐                  ┌────────────────────────────────────────────────────┐
 *  │ META │                  │ version, entries covered by the snapshot, positions│
 *  ├──────┼─────────┐        ├───────────────────────┬──────────────────┬─────────┤
 *  │ SLOT │ 4: slot │        │ 8: number of the entry│ 8: timestamp, ms │ …       │
 *  └──────┴─────────┘        │ 8: offset │ 1: input  │ the record as it came      │
 *   slot: 0 after a snapshot └───────────┴───────────┴────────────────────────────┘
 *  kinds from 0x10 on: the snapshot, see {@link io.goroscope.streams.snapshot.StateKey}
 * </pre>
 *
 * <p>All puts of a snapshot and the new META happen in one go on the task's thread, so they are in one transaction. What META
 * says to be covered counts no more, so its slots are written over, and between two commits the cache has a few slots instead of one for
 * each record. Those that are left are emptied before a commit, by putting null: delete would read the old value first.
 *
 * <p>It also knows up to which offset each input was read. A record beyond the next one shows that records in between are gone
 * (deleted by retention, most likely), which nothing else would tell.
 */
final class Journal {

    private static final byte META = 0x01;
    private static final byte SLOT = 0x02;
    private static final int VERSION = 1;
    private static final int SLOTS = 4096;
    private static final int HEADER_BYTES = 3 * Long.BYTES + 1;
    private static final byte[] META_KEY = {META};
    private static final byte[] NOTHING = {};

    private final KeyValueStore<byte[], byte[]> store;
    private final long maxBytes;
    private final long[] nextOffsets = new long[Input.values().length];
    private long covered;
    private long next;
    /** Slot of the next entry. */
    private int slot;
    /** Slots from this one on are empty in the store. */
    private int used;

    private long bytes;
    private long snapshotBytes;

    /**
     * @param store the task's store
     * @param maxBytes journal size, bytes, at which a snapshot is due; more where snapshots are larger
     */
    Journal(KeyValueStore<byte[], byte[]> store, long maxBytes) {
        this.store = store;
        this.maxBytes = maxBytes;
    }

    /** One entry, as {@link #restore} gives it. */
    static final class Entry {
        final long number;
        final long timestampMs;
        final long offset;
        final Input input;
        final byte[] record;

        Entry(byte[] value) {
            ByteBuffer in = ByteBuffer.wrap(value);
            number = in.getLong();
            timestampMs = in.getLong();
            offset = in.getLong();
            input = in.get() == 0 ? Input.EVENTS : Input.COUNTS;
            record = new byte[in.remaining()];
            in.get(record);
        }
    }

    /** Puts a record. It has to be one that can be applied. */
    void append(Input input, long timestampMs, long offset, byte[] record) {
        byte[] value = new byte[HEADER_BYTES + record.length];
        ByteBuffer.wrap(value)
                .putLong(next)
                .putLong(timestampMs)
                .putLong(offset)
                .put(code(input))
                .put(record);
        store.put(slotKey(slot++), value);
        used = Math.max(used, slot);
        next++;
        bytes += value.length;
        read(input, offset);
    }

    /** Records between the last one of an input and this one, which nobody will see. What was before the first is not asked. */
    long skipped(Input input, long offset) {
        long expected = nextOffsets[code(input)];
        return expected == 0 ? 0 : Math.max(0, offset - expected);
    }

    /** Puts in place of a record that changes nothing that it was read. */
    void pass(Input input, long timestampMs, long offset) {
        append(input, timestampMs, offset, NOTHING);
    }

    private void read(Input input, long offset) {
        nextOffsets[code(input)] = Math.max(nextOffsets[code(input)], offset + 1);
    }

    boolean isEmpty() {
        return next == covered;
    }

    /** True when a snapshot is due: no slot is left, or it has more bytes than a snapshot is worth. */
    boolean isFull() {
        return slot >= SLOTS || bytes >= Math.max(maxBytes, 4 * Math.min(snapshotBytes, maxBytes));
    }

    /** Empties the slots that a snapshot has covered; a commit of them all would only make the changelog longer. */
    void emptySlots() {
        while (used > slot) {
            store.put(slotKey(--used), null);
        }
    }

    /**
     * Puts a snapshot, with which the journal begins anew.
     *
     * @param save writes all state that changed since the last snapshot
     */
    void snapshot(Consumer<SnapshotSink> save) {
        snapshotBytes = 0;
        save.accept((key, value) -> {
            store.put(key, value);
            snapshotBytes += key.length + (value == null ? 0 : value.length);
        });
        covered = next;
        slot = 0;
        bytes = 0;
        ByteWriter meta = new ByteWriter().number(VERSION).number(covered);
        for (long offset : nextOffsets) {
            meta.number(offset);
        }
        store.put(META_KEY, meta.toBytes());
    }

    /**
     * Reads all back.
     *
     * @param snapshot takes the snapshot's entries in the order of their keys
     * @return the entries to apply after it, in order
     */
    List<Entry> restore(SnapshotSink snapshot) {
        List<Entry> entries = new ArrayList<>();
        try (KeyValueIterator<byte[], byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<byte[], byte[]> each = all.next();
                switch (each.key[0]) {
                    case META -> restoreMeta(new ByteReader(each.value));
                    case SLOT -> {
                        used = Math.max(used, slotOf(each.key) + 1);
                        entries.add(new Entry(each.value));
                    }
                    default -> snapshot.put(each.key, each.value);
                }
            }
        }
        entries.removeIf(entry -> entry.number < covered);
        entries.sort(Comparator.comparingLong(entry -> entry.number));
        next = covered;
        for (Entry entry : entries) {
            if (entry.number != next) {
                throw new IllegalStateException("journal has entry " + entry.number + " where " + next + " belongs");
            }
            next++;
            bytes += entry.record.length;
            read(entry.input, entry.offset);
        }
        // Whatever slots these are in, none of them is written over before the next snapshot.
        slot = entries.isEmpty() ? 0 : used;
        entries.removeIf(entry -> entry.record.length == 0);
        return entries;
    }

    private void restoreMeta(ByteReader in) {
        long version = in.number();
        if (version != VERSION) {
            throw new IllegalStateException("the state was written in version " + version + ", this program reads "
                    + VERSION + ": start under another application id");
        }
        covered = in.number();
        for (int i = 0; i < nextOffsets.length; i++) {
            nextOffsets[i] = in.number();
        }
    }

    private static byte code(Input input) {
        return (byte) (input == Input.EVENTS ? 0 : 1);
    }

    private static byte[] slotKey(int slot) {
        return ByteBuffer.allocate(1 + Integer.BYTES).put(SLOT).putInt(slot).array();
    }

    private static int slotOf(byte[] key) {
        return ByteBuffer.wrap(key).getInt(1);
    }
}
