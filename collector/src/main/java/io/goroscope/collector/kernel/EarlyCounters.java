package io.goroscope.collector.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import jnr.ffi.Pointer;

/**
 * The counters of processes that hit probes before anybody had registered them, or their new life after an exec: one hash
 * for all, keyed (tgid, slot, exec id), set up beforehand so that an entry costs no allocation at a hit.
 */
final class EarlyCounters {

    /** In place of an exec id. */
    static final long ANY_LIFE = -1;

    private static final int SLOT_MASK = 0xffffff;
    private static final int LIFE_SHIFT = 24;
    private static final int LIFE_MASK = 0xff;
    private static final long KEY_BYTES = 8;
    private static final long VALUE_BYTES = 16;
    private static final int BATCH = 4096;

    private final int map;
    private final Pointer position = NativeMemory.allocate(8);
    private final Pointer keys = NativeMemory.allocate((int) (BATCH * KEY_BYTES));
    private final Pointer values = NativeMemory.allocate((int) (BATCH * VALUE_BYTES));

    EarlyCounters(int map) {
        this.map = map;
    }

    /** Hands over each counter of a process, of every life. */
    void visit(int tgid, ProbeSession.CounterVisitor visitor) {
        visitKeys(tgid, (slotLife, calls, lost) -> visitor.onCounter(slotLife & SLOT_MASK, calls, lost));
    }

    /**
     * Hands over each counter of a process, and removes it. Nobody may be counting there any more.
     *
     * @param execId only of this life, by the kernel's self_exec_id; or {@link #ANY_LIFE}
     */
    void take(int tgid, long execId, ProbeSession.CounterVisitor visitor) {
        List<Integer> taken = new ArrayList<>();
        visitKeys(tgid, (slotLife, calls, lost) -> {
            if (execId == ANY_LIFE || slotLife >>> LIFE_SHIFT == (execId & LIFE_MASK)) {
                taken.add(slotLife);
            }
        });
        Pointer key = NativeMemory.allocate((int) KEY_BYTES);
        Pointer value = NativeMemory.allocate((int) VALUE_BYTES);
        for (int slotLife : taken) {
            key.putInt(0, tgid);
            key.putInt(4, slotLife);
            if (Bpf.lookup(map, key, value)) {
                visitor.onCounter(slotLife & SLOT_MASK, value.getLong(0), value.getLong(8));
                Bpf.delete(map, key);
            }
        }
    }

    private void visitKeys(int tgid, ProbeSession.CounterVisitor visitor) {
        walk(count -> {
            for (int i = 0; i < count; i++) {
                if (keys.getInt(i * KEY_BYTES) == tgid) {
                    visitor.onCounter(
                            keys.getInt(i * KEY_BYTES + 4),
                            values.getLong(i * VALUE_BYTES),
                            values.getLong(i * VALUE_BYTES + 8));
                }
            }
        });
    }

    private void walk(IntConsumer batch) {
        boolean first = true;
        while (true) {
            int count = Bpf.lookupBatch(map, first, position, keys, values, BATCH);
            batch.accept(count < 0 ? -1 - count : count);
            if (count < 0) {
                return;
            }
            first = false;
        }
    }
}
