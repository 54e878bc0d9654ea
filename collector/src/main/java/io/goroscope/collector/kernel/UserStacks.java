package io.goroscope.collector.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import jnr.ffi.Pointer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Reads the user stacks that {@code on_count_stack} keeps, and how many calls came by each.
 *
 * <pre>
 *   stack_counts: { tgid:32 | slot:24 exec id:8 | hash:64 } -> calls
 *   stacks:       { hash:64 } -> { frames:64 | 127 addresses }
 * </pre>
 */
final class UserStacks {

    private static final int WALKS = 256;
    private static final int MOST_FRAMES = 127;
    private static final int KEY_BYTES = 16;
    private static final int STACK_BYTES = (1 + MOST_FRAMES) * Long.BYTES;
    private static final int BATCH = 4096;
    /** One stack leads to several functions. */
    private static final int FUNCTIONS_OF_A_STACK = 2;

    private final int stacks;
    private final int counts;
    private final IntUnaryOperator functionOf;
    private final Long2ObjectHashMap<List<Long>> known = new Long2ObjectHashMap<>();
    private final Pointer position = NativeMemory.allocate(Long.BYTES);
    private final Pointer keys = NativeMemory.allocate(BATCH * KEY_BYTES);
    private final Pointer values = NativeMemory.allocate(BATCH * Long.BYTES);
    private final Pointer hash = NativeMemory.allocate(Long.BYTES);
    private final Pointer stack = NativeMemory.allocate(STACK_BYTES);

    /** @param functionOf the function of a slot */
    UserStacks(int stacks, int counts, IntUnaryOperator functionOf) {
        this.stacks = stacks;
        this.counts = counts;
        this.functionOf = functionOf;
    }

    /** Makes room, before the programs are loaded. */
    static void size(BpfObject object, int stacks) {
        object.setMaxEntries("walks", WALKS);
        object.setMaxEntries("stacks", stacks);
        object.setMaxEntries("stack_counts", stacks * FUNCTIONS_OF_A_STACK);
    }

    List<StackCount> read() {
        List<StackCount> all = new ArrayList<>();
        boolean first = true;
        int count;
        do {
            count = Bpf.lookupBatch(counts, first, position, keys, values, BATCH);
            first = false;
            int copied = count < 0 ? -1 - count : count;
            for (int i = 0; i < copied; i++) {
                int slotLife = keys.getInt((long) i * KEY_BYTES + 4);
                all.add(new StackCount(
                        keys.getInt((long) i * KEY_BYTES),
                        slotLife >>> 24,
                        functionOf.applyAsInt(slotLife & Cookie.NO_SLOT),
                        addresses(keys.getLong((long) i * KEY_BYTES + 8)),
                        values.getLong((long) i * Long.BYTES)));
            }
        } while (count >= 0);
        return all;
    }

    private List<Long> addresses(long key) {
        List<Long> addresses = known.get(key);
        if (addresses == null) {
            hash.putLong(0, key);
            addresses = key != 0 && Bpf.lookup(stacks, hash, stack) ? copy() : List.of();
            known.put(key, addresses);
        }
        return addresses;
    }

    private List<Long> copy() {
        List<Long> addresses = new ArrayList<>();
        for (int i = 0; i < Math.min(MOST_FRAMES, stack.getLong(0)); i++) {
            addresses.add(stack.getLong((1L + i) * Long.BYTES));
        }
        return addresses;
    }
}
