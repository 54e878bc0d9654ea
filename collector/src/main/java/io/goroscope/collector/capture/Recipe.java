package io.goroscope.collector.capture;

import io.goroscope.collector.kernel.CaptureOp;
import io.goroscope.collector.kernel.CaptureOp.Code;
import io.goroscope.collector.kernel.CaptureOp.Relation;
import java.util.ArrayList;
import java.util.List;

/** Instructions as they are written: slots are handed out like a stack, jumps patched when their target is reached. */
final class Recipe {

    /** Room is left for the end. */
    private static final int MOST = CaptureOp.MOST - 100;

    private final List<CaptureOp> ops = new ArrayList<>();
    private int nextSlot = CaptureOp.FIRST_FREE;
    private boolean full;

    /** A slot that nobody uses; the caller gives it back by {@link #release}. */
    int slot() {
        if (nextSlot == CaptureOp.SLOTS) {
            full = true;
            return CaptureOp.SLOTS - 1;
        }
        return nextSlot++;
    }

    int mark() {
        return nextSlot;
    }

    /** Gives back all slots that were handed out since a mark. */
    void release(int mark) {
        nextSlot = mark;
    }

    /** True where something had to be left out. */
    boolean isFull() {
        return full || ops.size() >= MOST;
    }

    void emit(Code code, int to, int from, int size, int offset, long value) {
        if (!isFull()) {
            ops.add(new CaptureOp(code, to, from, size, offset, value));
        }
    }

    void copy(int slot, long offset, long bytes) {
        if (bytes > 0) {
            emit(Code.COPY, 0, slot, 0, (int) offset, Math.min(bytes, CaptureOp.MOST_BYTES));
        }
    }

    /** A jump forward, whose target is not known yet. */
    int jumpIf(int slot, Relation relation, long value) {
        emit(Code.IF, slot, CaptureOp.CONSTANT, relation.number(), 0, value);
        return ops.size() - 1;
    }

    int jumpIfSlots(int slot, Relation relation, int other) {
        emit(Code.IF, slot, other, relation.number(), 0, 0);
        return ops.size() - 1;
    }

    int jump() {
        int zero = slot();
        emit(Code.SET, zero, 0, 0, 0, 0);
        int jump = jumpIf(zero, Relation.EQUAL, 0);
        release(zero);
        return jump;
    }

    /** Lets a jump lead to here. */
    void land(int jump) {
        if (jump < 0 || jump >= ops.size()) {
            return;
        }
        CaptureOp op = ops.get(jump);
        if (op.code() == Code.IF) {
            ops.set(jump, new CaptureOp(op.code(), op.to(), op.from(), op.size(), ops.size() - jump - 1, op.value()));
        }
    }

    void landAll(List<Integer> jumps) {
        jumps.forEach(this::land);
        jumps.clear();
    }

    /** The instructions with their end, which is not subject to the limit. */
    List<CaptureOp> end(Code code) {
        List<CaptureOp> all = new ArrayList<>(ops);
        all.add(CaptureOp.of(code));
        return all;
    }

    List<CaptureOp> ops() {
        return ops;
    }
}
