package io.goroscope.collector.plan;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/** One function's arm64 code: its words, which of them are jumped to, and which are constants rather than code. */
final class Arm64Code {

    private final long address;
    private final ByteBuffer bytes;
    private final int count;
    private final BitSet jumpedTo = new BitSet();
    private final BitSet constants = new BitSet();
    private boolean indirectJump;
    private boolean conditionalExit;
    private int badTarget = -1;

    Arm64Code(long address, ByteBuffer bytes) {
        this.address = address;
        this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        this.count = bytes.limit() / Arm64.SIZE;
        findConstants();
        for (int i = 0; i < count; i++) {
            switch (flow(i)) {
                case JUMP -> jump(i, false);
                case BRANCH -> jump(i, true);
                case INDIRECT_JUMP -> indirectJump = true;
                case NEXT, CALL, RETURN, STOP -> {}
            }
        }
    }

    /** Go's assembler keeps large constants behind an unconditional jump, within the function. */
    private void findConstants() {
        for (int i = 0; i < count; i++) {
            int word = word(i);
            if (!constants.get(i) && Arm64.isLiteralLoad(word)) {
                long at = i + Arm64.distance(word) / Arm64.SIZE;
                if (at >= 0 && at < count) {
                    constants.set((int) at, (int) at + Arm64.literalSize(word) / Arm64.SIZE);
                }
            }
        }
    }

    private void jump(int from, boolean conditional) {
        long to = target(from);
        if (leaves(to)) {
            conditionalExit |= conditional;
        } else if (constants.get((int) to)) {
            badTarget = from;
        } else {
            jumpedTo.set((int) to);
        }
    }

    /** How many words there are. */
    int count() {
        return count;
    }

    int word(int number) {
        return bytes.getInt(number * Arm64.SIZE);
    }

    long addressOf(long number) {
        return address + number * Arm64.SIZE;
    }

    /** NEXT for a constant. */
    X86.Flow flow(int number) {
        return constants.get(number) ? X86.Flow.NEXT : Arm64.flow(word(number));
    }

    /** The word that a direct jump, branch or call goes to: outside the function it is below 0, or not below the count. */
    long target(int number) {
        return number + Arm64.distance(word(number)) / Arm64.SIZE;
    }

    boolean leaves(long target) {
        return target < 0 || target >= count;
    }

    boolean isJumpedTo(int number) {
        return jumpedTo.get(number);
    }

    boolean hasIndirectJump() {
        return indirectJump;
    }

    /** True if a conditional branch leaves the function: an exit that may or may not be one. */
    boolean hasConditionalExit() {
        return conditionalExit;
    }

    /** Number of a jump that goes to a constant, so that something was misread; −1 for none. */
    int badTarget() {
        return badTarget;
    }
}
