package io.goroscope.collector.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import jnr.ffi.Pointer;

/**
 * The counters of processes that hit probes before anybody had registered them: one hash for all, keyed (tgid, slot), set
 * up beforehand so that an entry costs no allocation at a hit.
 */
final class EarlyCounters {

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

    /** Hands over each counter of a process. */
    void visit(int tgid, ProbeSession.CounterVisitor visitor) {
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

    /** Hands over each counter of a process, and removes it. Nobody may be counting there any more. */
    void take(int tgid, ProbeSession.CounterVisitor visitor) {
        Pointer key = NativeMemory.allocate((int) KEY_BYTES);
        Pointer value = NativeMemory.allocate((int) VALUE_BYTES);
        List<Integer> slots = new ArrayList<>();
        visit(tgid, (slot, calls, lost) -> slots.add(slot));
        for (int slot : slots) {
            key.putInt(0, tgid);
            key.putInt(4, slot);
            if (Bpf.lookup(map, key, value)) {
                visitor.onCounter(slot, value.getLong(0), value.getLong(8));
                Bpf.delete(map, key);
            }
        }
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
