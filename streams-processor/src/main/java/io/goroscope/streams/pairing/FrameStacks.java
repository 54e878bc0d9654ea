package io.goroscope.streams.pairing;

import io.goroscope.schemas.batch.BatchDescriptor;
import java.util.Arrays;

/**
 * The stacks of all goroutines of a lane: an open-addressing map from identity to a stack of open frames.
 *
 * <pre>
 *  table, two longs a slot                            {@link FrameBlocks}
 *  ┌──────────┬────────────────────────────────┐      ┌─────────┬─────────┬─────────┬─────────┐
 *  │ identity │ present │ size │ count │ block │ ───► │ lowest  │    …    │ topmost │         │
 *  └──────────┴────────────────────────────────┘      └─────────┴─────────┴─────────┴─────────┘
 *                1         5      29      29  bits
 * </pre>
 *
 * <p>A slot's home is the top bits of a hash of the identity, and collisions go to the next slot, so that all identities
 * with the same top bits (a <em>group</em>) lie side by side: a snapshot writes the groups that changed.
 *
 * <p>An identity whose frames have all ended keeps its slot and block, as most goroutines call again at once. Where the table
 * gets full such <em>idle</em> ones go first, so that the goroutines that are gone cost no more than those that have frames.
 */
final class FrameStacks {

    static final int NONE = -1;

    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
    private static final int FIRST_TABLE_BITS = 8;
    private static final int FIRST_GROUP_BITS = 6;
    /** Goroutines in a group, on average, above which there are twice as many groups. */
    private static final int GROUP_SIZE = 256;

    private static final int COUNT_BITS = 29;
    private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;
    private static final int SIZE_SHIFT = 2 * COUNT_BITS;
    private static final int SIZE_MASK = 31;
    private static final long ONE_FRAME = 1L << COUNT_BITS;
    private static final long PRESENT = 1L << 63;

    final FrameBlocks blocks = new FrameBlocks();
    private int tableShift = Long.SIZE - FIRST_TABLE_BITS;
    private long[] table = new long[2 << FIRST_TABLE_BITS];
    /** Slots that are taken, by idle identities too. */
    private int taken;
    /** Identities with frames. */
    private int live;

    private int groupBits = FIRST_GROUP_BITS;
    private byte[] groupChanged = new byte[1 << FIRST_GROUP_BITS];
    /** Means nothing; keeps {@link #fetch} from being optimised away. */
    @SuppressWarnings("UnusedVariable")
    private long fetched;

    int groupBits() {
        return groupBits;
    }

    /**
     * Takes the groups that a snapshot was written with; only before anything is in here. All are written anew with the
     * next snapshot, as another version may have had another hash.
     */
    void setGroupBits(int bits) {
        groupBits = bits;
        groupChanged = new byte[1 << bits];
        Arrays.fill(groupChanged, (byte) 1);
        if (Long.SIZE - tableShift < bits) {
            tableShift = Long.SIZE - bits;
            table = new long[2 << bits];
        }
    }

    /** Identities with frames. */
    int size() {
        return live;
    }

    /** The slot of an identity, or {@link #NONE}. Holds until the next {@link #slotFor} or {@link #remove}. */
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

    /** The slot of an identity, a new one where it has none. */
    int slotFor(long identity) {
        int slot = find(identity);
        return slot == NONE ? insert(identity) : slot;
    }

    /**
     * Reads what {@link #find} will read for these events, and the topmost frames. With many goroutines each of these reads
     * waits for memory; here no event waits for another, so the processor has many of them under way at the same time.
     */
    void fetch(long[] ids, int[] what, int from, int to) {
        long[] slots = table;
        long read = 0;
        for (int i = from; i < to; i++) {
            long stack = slots[home(Identity.of(ids[i], what[i])) + 1];
            // An empty slot leads to a frame that does no harm.
            int topmost = Math.max(1, block(stack) + count(stack) - 1);
            read += blocks.fetch(topmost, isZero(what[i] & BatchDescriptor.KIND_MASK));
        }
        fetched = read;
    }

    /** Number of the lowest frame of a stack; the others follow it. */
    int base(int slot) {
        return block(table[slot + 1]);
    }

    /** How many frames a stack has; 0 for {@link #NONE}. */
    int count(int slot) {
        return slot == NONE ? 0 : count(table[slot + 1]);
    }

    /** Puts a frame upon a stack, and gives its number for {@link FrameBlocks#write}. The block may be another afterwards. */
    int push(int slot) {
        long stack = table[slot + 1];
        int count = count(stack);
        int block = block(stack);
        int size = size(stack);
        if (count == FrameBlocks.capacity(size)) {
            block = blocks.enlarge(block, size++);
        }
        set(slot, block, count + 1, size);
        return block + count;
    }

    /** Leaves the lowest {@code count} frames. */
    void cut(int slot, int count) {
        long stack = table[slot + 1];
        int size = size(stack);
        if (count == 0 && size > 0) {
            blocks.release(block(stack), size);
            set(slot, blocks.allocate(0), 0, 0);
        } else {
            set(slot, block(stack), count, size);
        }
    }

    private void set(int slot, int block, int count, int size) {
        live += Integer.signum(count) - Integer.signum(count(table[slot + 1]));
        table[slot + 1] = PRESENT | ((long) size << SIZE_SHIFT) | ((long) count << COUNT_BITS) | block;
        touch(table[slot]);
    }

    /** What a slot says of its stack; {@link #count(long)} and others read it. Holds until the stack is changed. */
    long stack(int slot) {
        return table[slot + 1];
    }

    /** The same as {@link #push} for a stack that is not full and whose next frame was written. */
    void add(int slot, long identity, long stack) {
        live += isZero(count(stack));
        table[slot + 1] = stack + ONE_FRAME;
        touch(identity);
    }

    /** The same as {@link #cut} by one frame, for a stack that is not {@link #isLastOfLarge}. */
    void drop(int slot, long identity, long stack) {
        live -= isZero(count(stack) - 1);
        table[slot + 1] = stack - ONE_FRAME;
        touch(identity);
    }

    /** 1 for 0, and 0 for what is more; without a branch, which would be as good as random. */
    private static int isZero(int count) {
        return (count - 1) >>> (Integer.SIZE - 1);
    }

    static boolean isFull(long stack) {
        return count(stack) == FrameBlocks.capacity(size(stack));
    }

    /** True where a large block holds one frame only: it is given back when that one ends. */
    static boolean isLastOfLarge(long stack) {
        return size(stack) > 0 && count(stack) == 1;
    }

    /** Number of the lowest frame. */
    static int block(long stack) {
        return (int) (stack & COUNT_MASK);
    }

    static int count(long stack) {
        return (int) ((stack >>> COUNT_BITS) & COUNT_MASK);
    }

    private static int size(long stack) {
        return (int) (stack >>> SIZE_SHIFT) & SIZE_MASK;
    }

    /** Takes an identity out; entries after it move up so that no search ends too early. */
    void remove(int slot) {
        cut(slot, 0);
        blocks.release(base(slot), 0);
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
        taken--;
    }

    /** Notes that the frames of an identity are not what the last snapshot has. */
    void touch(long identity) {
        groupChanged[group(identity)] = 1;
    }

    private int group(long identity) {
        return (int) (hash(identity) >>> (Long.SIZE - groupBits));
    }

    int groups() {
        return groupChanged.length;
    }

    boolean takeChanged(int group) {
        boolean changed = groupChanged[group] != 0;
        groupChanged[group] = 0;
        return changed;
    }

    /** Reads what a visitor of this group will read, as the other {@code fetch} does. */
    void fetch(int group) {
        int shift = Long.SIZE - tableShift - groupBits + 1;
        int end = (group + 1) << shift;
        long read = 0;
        for (int at = group << shift; at < end; at += 2) {
            read += blocks.fetchAll(block(table[at + 1]), count(table[at + 1]));
        }
        fetched = read;
    }

    /** Calls {@code visitor} with every stack of a group that has frames. The visitor must neither insert nor remove. */
    void forEachIn(int group, StackVisitor visitor) {
        int slots = table.length >> 1;
        int bits = Long.SIZE - tableShift;
        int first = group << (bits - groupBits);
        int last = ((group + 1) << (bits - groupBits)) - 1;
        for (int i = 0, slot = first; i < slots; i++, slot = (slot + 1) & (slots - 1)) {
            if (table[2 * slot + 1] == 0) {
                if (i >= last - first) {
                    return;
                }
            } else if (count(2 * slot) > 0 && group(table[2 * slot]) == group) {
                visitor.visit(2 * slot, table[2 * slot]);
            }
        }
    }

    /** Calls {@code visitor} with every stack that has frames. The visitor must neither insert nor remove. */
    void forEach(StackVisitor visitor) {
        for (int slot = 0; slot < table.length; slot += 2) {
            if (count(slot) > 0) {
                visitor.visit(slot, table[slot]);
            }
        }
    }

    /** Takes a stack. */
    interface StackVisitor {
        void visit(int slot, long identity);
    }

    private int home(long identity) {
        return (int) (hash(identity) >>> tableShift) << 1;
    }

    /** Goids that follow each other, as those of a busy server do, lie apart evenly; the low bits of an identity are its kind. */
    private static long hash(long identity) {
        return Long.rotateRight(identity, Identity.KIND_BITS) * GOLDEN_RATIO;
    }

    private int insert(long identity) {
        if ((taken + 1) * 4 > table.length) {
            makeRoom();
        }
        taken++;
        return place(identity, PRESENT | blocks.allocate(0));
    }

    private int place(long identity, long stack) {
        int mask = table.length - 1;
        int at = home(identity);
        while (table[at + 1] != 0) {
            at = (at + 2) & mask;
        }
        table[at] = identity;
        table[at + 1] = stack;
        return at;
    }

    /** Without those that are idle; where they are less than half, in a larger table. */
    private void makeRoom() {
        long[] old = table;
        boolean larger = live > taken / 2;
        table = new long[larger ? old.length * 2 : old.length];
        tableShift -= larger ? 1 : 0;
        for (int at = 0; at < old.length; at += 2) {
            if (count(old[at + 1]) > 0) {
                place(old[at], old[at + 1]);
            } else if (old[at + 1] != 0) {
                blocks.release(block(old[at + 1]), 0);
            }
        }
        taken = live;
        while (taken > groupChanged.length * GROUP_SIZE) {
            // Twice the groups have the old numbers among theirs, so that a snapshot of all replaces what was written.
            groupBits++;
            groupChanged = new byte[1 << groupBits];
            Arrays.fill(groupChanged, (byte) 1);
        }
    }
}
