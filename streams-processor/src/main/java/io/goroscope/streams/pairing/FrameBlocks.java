package io.goroscope.streams.pairing;

import java.util.Arrays;

/**
 * Where the frames of all stacks of a lane are: each stack has a block of its own, and its frames lie in it one above the
 * other, so that a call, its caller and its callee are mostly on the same line of the cache. A block that is full is
 * exchanged for one twice its size.
 *
 * <pre>
 *  block of size 0                                        a frame, four longs
 *  ┌─────────┬─────────┬─────────┬─────────┐              ┌──────┬─────────┬──────────────────┬───────┐
 *  │ ground  │ frame 0 │    …    │ frame 6 │              │ time │ callees │ function │ stamp │ depth │
 *  └─────────┴─────────┴─────────┴─────────┘              └──────┴─────────┴──────────────────┴───────┘
 *
 *  callees  ns spent in traced callees so far
 *  stamp    loss generation at entry, 16 bits; {@link #TAINTED} where a gap came after it
 * </pre>
 *
 * <p>Below the first frame is one of nobody, the ground: less deep than any other and the caller of what has no caller. With it
 * nobody has to ask whether a stack is empty, which no processor can guess.
 *
 * <p>A block is named by the number of its first frame. Segments are kept apart, since only gccgo's frames have any.
 */
final class FrameBlocks {

    static final int TAINTED = 1 << 16;

    /** In place of a function: the ground. Marks are below it. */
    static final int GROUND = -1;

    private static final int STRIDE = 4;
    private static final int TIME = 0;
    private static final int CALLEES = 1;
    private static final int FUNCTION_AND_STAMP = 2;
    private static final int DEPTH = 3;

    /** Frames in a block of size 0, with the ground. */
    private static final int LEAST = 8;
    /** A Java array ends before a block of the next size. */
    private static final int MAX_SIZE = 25;

    private static final int FIRST_BLOCKS = 64;
    private static final int NONE = -1;
    private static final long[] NO_SEGMENTS = {};

    private long[] frames = new long[FIRST_BLOCKS * LEAST * STRIDE];
    /** By number of the frame; as long as need be. */
    private long[] segments = NO_SEGMENTS;
    /** Frames that were part of a block once, and the first, which nobody has: below and above a frame there is always one. */
    private int used = 1;
    /** For each size the ground of the first block that is free; its first long names the next one. */
    private final int[] free = new int[MAX_SIZE + 1];

    FrameBlocks() {
        Arrays.fill(free, NONE);
    }

    /** Frames in a block, without the ground. */
    static int capacity(int size) {
        return (LEAST << size) - 1;
    }

    /** A block with undefined content, but for the ground. */
    int allocate(int size) {
        int ground = free[size];
        if (ground != NONE) {
            free[size] = (int) frames[ground * STRIDE];
        } else {
            ground = used;
            used += LEAST << size;
            if ((used + 1) * STRIDE > frames.length) {
                frames = Arrays.copyOf(frames, Math.max((used + 1) * STRIDE, 2 * frames.length));
            }
        }
        write(ground, Long.MIN_VALUE, 0, GROUND, 0, 0);
        return ground + 1;
    }

    void release(int block, int size) {
        int ground = block - 1;
        frames[ground * STRIDE] = free[size];
        free[size] = ground;
    }

    /** Exchanges a full block for one of the next size, with the same frames. */
    int enlarge(int block, int size) {
        int larger = allocate(size + 1);
        copy(block, larger, capacity(size));
        release(block, size);
        return larger;
    }

    /** Copies frames; the two places may overlap. */
    void copy(int from, int to, int count) {
        System.arraycopy(frames, from * STRIDE, frames, to * STRIDE, count * STRIDE);
        for (int i = 0; i < count && segments.length > 0; i++) {
            setSegment(to + i, segment(from + i));
        }
    }

    /** Writes a frame in which no callee has spent any time. */
    void write(int frame, long depth, long timeNs, int function, int stamp, long segment) {
        int at = frame * STRIDE;
        frames[at + DEPTH] = depth;
        frames[at + TIME] = timeNs;
        frames[at + CALLEES] = 0;
        frames[at + FUNCTION_AND_STAMP] = ((long) function << Integer.SIZE) | stamp;
        if (segment != 0 || segments.length > 0) {
            setSegment(frame, segment);
        }
    }

    long depth(int frame) {
        return frames[frame * STRIDE + DEPTH];
    }

    long timeNs(int frame) {
        return frames[frame * STRIDE + TIME];
    }

    long calleesNs(int frame) {
        return frames[frame * STRIDE + CALLEES];
    }

    void addCalleesNs(int frame, long ns) {
        frames[frame * STRIDE + CALLEES] += ns;
    }

    int function(int frame) {
        return (int) (frames[frame * STRIDE + FUNCTION_AND_STAMP] >> Integer.SIZE);
    }

    int stamp(int frame) {
        return (int) frames[frame * STRIDE + FUNCTION_AND_STAMP];
    }

    void taint(int frame) {
        frames[frame * STRIDE + FUNCTION_AND_STAMP] |= TAINTED;
    }

    /** 0 where it has none. */
    long segment(int frame) {
        return frame < segments.length ? segments[frame] : 0;
    }

    private void setSegment(int frame, long segment) {
        if (frame >= segments.length) {
            segments = Arrays.copyOf(segments, frames.length / STRIDE);
        }
        segments[frame] = segment;
    }

    /**
     * Reads what an entry or a return will be read for that finds this frame topmost: both ends of it, as they are no further
     * apart than a line of the cache is long.
     *
     * @param up 1 for an entry, 0 for a return
     * @return a sum that means nothing
     */
    long fetch(int topmost, int up) {
        int at = (topmost + up) * STRIDE;
        return frames[at + (CALLEES - STRIDE) + up * (DEPTH - CALLEES)] + frames[at + DEPTH];
    }

    /** Reads all frames of a stack; the sum means nothing. */
    long fetchAll(int lowest, int count) {
        long sum = 0;
        for (int frame = lowest; frame < lowest + count; frame++) {
            sum += frames[frame * STRIDE];
        }
        return sum;
    }
}
