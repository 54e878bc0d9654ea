package io.goroscope.collector.plan;

import java.util.BitSet;
import java.util.function.LongPredicate;

/** What a whole decoded amd64 function says about jumps: read once, asked by the entry and the exit finder. */
final class Amd64Code {

    private final long address;
    private final byte[] code;
    private final Decoded decoded;
    private final LongPredicate elsewhere;
    private final BitSet jumpedTo = new BitSet();
    private boolean tableJump;
    private boolean indirectExit;
    private boolean conditionalExit;
    private boolean threadLocalBeforeCall;
    private int badTarget = -1;

    /**
     * Reads it.
     *
     * @param decoded decoded to its end, and clean
     * @param elsewhere true for an address in a part of the same function that lies elsewhere
     */
    Amd64Code(long address, byte[] code, Decoded decoded, LongPredicate elsewhere) {
        this.address = address;
        this.code = code;
        this.decoded = decoded;
        this.elsewhere = elsewhere;
        boolean called = false;
        for (int which = 0; which < decoded.notableCount(); which++) {
            int i = decoded.notable(which);
            int at = decoded.offset(i);
            int length = decoded.length(i);
            threadLocalBeforeCall |= !called && decoded.usesThreadLocal(i);
            switch (decoded.flow(i)) {
                case JUMP -> jump(at, X86.target(code, at, length), false);
                case BRANCH -> jump(at, X86.target(code, at, length), true);
                case CALL -> called = true;
                case INDIRECT_JUMP -> {
                    boolean table = X86.isTableJump(code, at, length);
                    tableJump |= table;
                    indirectExit |= !table;
                }
                case NEXT, RETURN, STOP -> {}
            }
        }
    }

    private void jump(int from, long target, boolean conditional) {
        if (!isHere(target)) {
            conditionalExit |= conditional && leaves(target);
        } else if (decoded.isBoundary(target)) {
            jumpedTo.set((int) target);
        } else {
            badTarget = from;
        }
    }

    private boolean isHere(long target) {
        return target >= 0 && target < decoded.end();
    }

    /** True for a jump's target outside the function. */
    boolean leaves(long target) {
        return !isHere(target) && !elsewhere.test(address + target);
    }

    long address() {
        return address;
    }

    byte[] bytes() {
        return code;
    }

    Decoded decoded() {
        return decoded;
    }

    /** Offset of a jump that goes into the middle of an instruction, so that the decoding is wrong; −1 for none. */
    int badTarget() {
        return badTarget;
    }

    /** True if a direct jump or branch of the function goes to the offset. */
    boolean isJumpedTo(int offset) {
        return jumpedTo.get(offset);
    }

    boolean hasTableJump() {
        return tableJump;
    }

    /** True for a jump through a register, which may be a table or another function. */
    boolean hasIndirectJump() {
        return indirectExit;
    }

    /** True if a conditional branch leaves the function: an exit that may or may not be one. */
    boolean hasConditionalExit() {
        return conditionalExit;
    }

    /** True for code that loads {@code g} from thread-local storage, as ABI0 wrappers do. */
    boolean usesThreadLocalBeforeCall() {
        return threadLocalBeforeCall;
    }
}
