package io.goroscope.streams.pairing;

import java.util.Arrays;

/**
 * The open frames of all goroutines of a lane: an open-addressing map from identity to the top of a linked stack of
 * frames, all in two arrays of longs.
 *
 * <pre>
 *  table, two longs a slot                frames, six longs a frame
 *  ┌──────────┬─────────┐                 ┌───────┬──────┬─────────┬──────────────────┬───────┬─────────┐
 *  │ identity │ top + 1 │ ──────────────► │ depth │ time │ callees │ function │ below │ stamp │ segment │
 *  └──────────┴─────────┘   0: empty      └───────┴──────┴─────────┴──────────────────┴───────┴─────────┘
 *
 *  callees  ns spent in traced callees so far
 *  below    number of the frame below, or {@link #NONE}
 *  stamp    loss generation at entry, 16 bits; {@link #TAINTED} where a gap came after it
 * </pre>
 *
 * <p>A slot's home is the top bits of a multiplied identity, and collisions go to the next slot, so that all identities
 * with the same top bits (a <em>group</em>) lie side by side: a snapshot writes the groups that changed. An identity is in
 * the table only while it has frames, so that what is gone costs nothing.
 */
final class FrameStacks {

    static final int NONE = -1;
    static final int TAINTED = 1 << 16;

    static final int STRIDE = 6;
    static final int DEPTH = 0;
    static final int TIME = 1;
    static final int CALLEES = 2;
    static final int FUNCTION_AND_BELOW = 3;
    static final int STAMP = 4;
    static final int SEGMENT = 5;

    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
    private static final int FIRST_TABLE_BITS = 8;
    private static final int FIRST_GROUP_BITS = 6;
    /** Goroutines in a group, on average, above which there are twice as many groups. */
    private static final int GROUP_SIZE = 256;

    private int tableShift;
    private long[] table;
    private int size;
    long[] frames;
    private int free;
    private int groupBits;
    private byte[] groupChanged;
    /** Means nothing; keeps {@link #fetch} from being optimised away. */
    @SuppressWarnings("UnusedVariable")
    private long fetched;

    FrameStacks() {
        tableShift = Long.SIZE - FIRST_TABLE_BITS;
        table = new long[2 << FIRST_TABLE_BITS];
        frames = new long[STRIDE << FIRST_TABLE_BITS];
        free = NONE;
        chainFree(0);
        groupBits = FIRST_GROUP_BITS;
        groupChanged = new byte[1 << groupBits];
    }

    int groupBits() {
        return groupBits;
    }

    /** Takes the groups that a snapshot was written with; only before anything is in here. */
    void setGroupBits(int bits) {
        groupBits = bits;
        groupChanged = new byte[1 << bits];
        if (Long.SIZE - tableShift < bits) {
            tableShift = Long.SIZE - bits;
            table = new long[2 << bits];
        }
    }

    /** Identities with frames. */
    int size() {
        return size;
    }

    /** The slot of an identity, or {@link #NONE}. Holds until the next insertion or removal. */
    int find(long identity) {
        int mask = table.length - 1;
        int at = home(identity);
        while (table[at + 1] != 0) {
            if (table[at] == identity) {
                return at;
            }
            at = (at + 2) & mask;
        }
        return NONE;
    }

    /**
     * Reads what {@link #find} will read for these events, and the two topmost frames. With many goroutines each of these
     * reads waits for memory; here no event waits for another, so the processor has many of them under way at the same
     * time.
     */
    void fetch(long[] ids, int[] what, int from, int to) {
        long[] slots = table;
        long[] all = frames;
        long read = 0;
        for (int i = from; i < to; i++) {
            int at = home(Identity.of(ids[i], what[i]));
            // An empty slot leads to frame 0, which does no harm.
            int top = Math.max(0, (int) slots[at + 1] - 1) * STRIDE;
            int below = Math.max(0, (int) all[top + FUNCTION_AND_BELOW]) * STRIDE;
            // Most frames lie across two lines of the cache.
            read += slots[at] + all[top] + all[top + STRIDE - 1] + all[below] + all[below + STRIDE - 1];
        }
        fetched = read;
    }

    /** Puts an identity that is not in the table, with {@code top} as its stack. */
    void insert(long identity, int top) {
        if ((size + 1) * 4 > table.length) {
            grow();
        }
        place(identity, top + 1L);
        size++;
    }

    int top(int slot) {
        return (int) table[slot + 1] - 1;
    }

    void setTop(int slot, int frame) {
        table[slot + 1] = frame + 1L;
    }

    /** Takes an identity out; entries after it move up so that no search ends too early. */
    void remove(int slot) {
        int mask = table.length - 1;
        int hole = slot;
        int at = slot;
        while (true) {
            at = (at + 2) & mask;
            if (table[at + 1] == 0) {
                break;
            }
            int home = home(table[at]);
            // It may move to the hole if its home is not cyclically within (hole, at].
            if (((at - home) & mask) >= ((at - hole) & mask)) {
                table[hole] = table[at];
                table[hole + 1] = table[at + 1];
                hole = at;
            }
        }
        table[hole + 1] = 0;
        size--;
    }

    /** Notes that the frames of an identity are not what the last snapshot has. */
    void touch(long identity) {
        groupChanged[group(identity)] = 1;
    }

    int group(long identity) {
        return (int) ((identity * GOLDEN_RATIO) >>> (Long.SIZE - groupBits));
    }

    int groups() {
        return groupChanged.length;
    }

    boolean takeChanged(int group) {
        boolean changed = groupChanged[group] != 0;
        groupChanged[group] = 0;
        return changed;
    }

    /** Calls {@code visitor} with the slot of every identity of a group. The visitor must not insert or remove. */
    void forEachIn(int group, SlotVisitor visitor) {
        int slots = table.length >> 1;
        int bits = Long.SIZE - tableShift;
        int first = group << (bits - groupBits);
        int last = ((group + 1) << (bits - groupBits)) - 1;
        for (int i = 0, slot = first; i < slots; i++, slot = (slot + 1) & (slots - 1)) {
            if (table[2 * slot + 1] == 0) {
                if (i >= last - first) {
                    return;
                }
            } else if (group(table[2 * slot]) == group) {
                visitor.visit(2 * slot, table[2 * slot]);
            }
        }
    }

    /** Calls {@code visitor} with the slot of every identity. The visitor must not insert or remove. */
    void forEach(SlotVisitor visitor) {
        for (int at = 0; at < table.length; at += 2) {
            if (table[at + 1] != 0) {
                visitor.visit(at, table[at]);
            }
        }
    }

    /** All identities, for a walk that inserts or removes. */
    long[] identities() {
        long[] all = new long[size];
        int count = 0;
        for (int at = 0; at < table.length; at += 2) {
            if (table[at + 1] != 0) {
                all[count++] = table[at];
            }
        }
        return all;
    }

    interface SlotVisitor {
        void visit(int slot, long identity);
    }

    /** A frame with undefined content. */
    int allocate() {
        if (free == NONE) {
            int from = frames.length;
            frames = Arrays.copyOf(frames, frames.length * 2);
            chainFree(from);
        }
        int frame = free;
        free = (int) frames[frame * STRIDE];
        return frame;
    }

    void release(int frame) {
        frames[frame * STRIDE] = free;
        free = frame;
    }

    int below(int frame) {
        return (int) frames[frame * STRIDE + FUNCTION_AND_BELOW];
    }

    void setBelow(int frame, int below) {
        int at = frame * STRIDE + FUNCTION_AND_BELOW;
        frames[at] = (frames[at] & 0xFFFFFFFF_00000000L) | (below & 0xFFFFFFFFL);
    }

    int function(int frame) {
        return (int) (frames[frame * STRIDE + FUNCTION_AND_BELOW] >> Integer.SIZE);
    }

    static long functionAndBelow(int function, int below) {
        return ((long) function << Integer.SIZE) | (below & 0xFFFFFFFFL);
    }

    private int home(long identity) {
        return (int) ((identity * GOLDEN_RATIO) >>> tableShift) << 1;
    }

    private void chainFree(int from) {
        for (int at = frames.length - STRIDE; at >= from; at -= STRIDE) {
            frames[at] = free;
            free = at / STRIDE;
        }
    }

    private void place(long identity, long topPlusOne) {
        int mask = table.length - 1;
        int at = home(identity);
        while (table[at + 1] != 0) {
            at = (at + 2) & mask;
        }
        table[at] = identity;
        table[at + 1] = topPlusOne;
    }

    private void grow() {
        long[] old = table;
        table = new long[old.length * 2];
        tableShift--;
        for (int at = 0; at < old.length; at += 2) {
            if (old[at + 1] != 0) {
                place(old[at], old[at + 1]);
            }
        }
        while (size > groupChanged.length * GROUP_SIZE) {
            // Twice the groups have the old numbers among theirs, so that a snapshot of all replaces what was written.
            groupBits++;
            groupChanged = new byte[1 << groupBits];
            Arrays.fill(groupChanged, (byte) 1);
        }
    }
}
