package io.goroscope.collector.plan;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where the instructions of one stretch of code begin, decoded as far as somebody asks; filled again for each function.
 *
 * <p>Instructions are numbered from 0; offsets are bytes from the stretch's start.
 */
final class Decoded {

    private final Disassembler disassembler;
    private int[] offsets = new int[256];
    private int count;
    private boolean finished;

    Decoded(Disassembler disassembler) {
        this.disassembler = disassembler;
    }

    /** Sets out on new code, from the buffer's position to its limit. */
    void start(ByteBuffer code, long address) {
        disassembler.start(code, address);
        count = 0;
        offsets[0] = 0;
        finished = false;
    }

    /** True if there is an instruction of this number. */
    boolean has(int instruction) {
        while (count <= instruction && !finished) {
            int length = disassembler.next();
            if (length == 0) {
                finished = true;
            } else {
                add(length);
            }
        }
        return instruction < count;
    }

    private void add(int length) {
        if (count + 1 == offsets.length) {
            offsets = Arrays.copyOf(offsets, offsets.length * 2);
        }
        offsets[count + 1] = offsets[count] + length;
        count++;
    }

    /** Decodes to the end; true if every byte belongs to an instruction. */
    boolean isClean() {
        has(Integer.MAX_VALUE - 1);
        return disassembler.atEnd();
    }

    /** How many instructions were decoded. */
    int count() {
        return count;
    }

    int offset(int instruction) {
        return offsets[instruction];
    }

    int length(int instruction) {
        return offsets[instruction + 1] - offsets[instruction];
    }

    /** Bytes decoded: where decoding stopped. */
    int end() {
        return offsets[count];
    }

    /** True if a decoded instruction begins at the offset. */
    boolean isBoundary(long offset) {
        return offset >= 0 && offset <= Integer.MAX_VALUE && Arrays.binarySearch(offsets, 0, count, (int) offset) >= 0;
    }
}
