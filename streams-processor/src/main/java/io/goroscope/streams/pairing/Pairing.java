package io.goroscope.streams.pairing;

import static io.goroscope.streams.pairing.FrameStacks.CALLEES;
import static io.goroscope.streams.pairing.FrameStacks.DEPTH;
import static io.goroscope.streams.pairing.FrameStacks.FUNCTION_AND_BELOW;
import static io.goroscope.streams.pairing.FrameStacks.NONE;
import static io.goroscope.streams.pairing.FrameStacks.SEGMENT;
import static io.goroscope.streams.pairing.FrameStacks.STAMP;
import static io.goroscope.streams.pairing.FrameStacks.STRIDE;
import static io.goroscope.streams.pairing.FrameStacks.TAINTED;
import static io.goroscope.streams.pairing.FrameStacks.TIME;

import io.goroscope.schemas.ModeDetail;
import io.goroscope.schemas.avro.Lifecycle;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.DecodedBatch;
import java.util.List;

/**
 * Pairs the events of one lane; the package's page tells the rules. Not safe for use by several threads.
 *
 * <p>Events of one goroutine have to come in their order. Times must not go back within a goroutine by more than clocks
 * are adjusted; where they do, the duration is 0.
 */
public final class Pairing {

    /** In place of a function: a mark of a panic. All marks are negative. */
    private static final int PANIC_MARK = -2;
    /** In place of a function: a mark of a Goexit. */
    private static final int GOEXIT_MARK = -3;

    /** With so many goroutines, their frames no longer fit into a core's own cache. */
    private static final int NEAR = 1024;
    /** Events whose frames are fetched at once; they must stay in the first cache until their turn. */
    private static final int AHEAD = 64;

    private final CallSink sink;
    final FrameStacks stacks = new FrameStacks();
    long openFrames;
    long noIdentity;
    long offStack;

    /** @param sink takes what is found */
    public Pairing(CallSink sink) {
        this.sink = sink;
    }

    /** Takes all events of a batch, and what happened between them. */
    public void apply(DecodedBatch batch) {
        List<Lifecycle> lifecycle = batch.lifecycle();
        int from = 0;
        for (int i = 0; i < lifecycle.size(); i++) {
            Lifecycle happening = lifecycle.get(i);
            apply(batch, from, happening.getBefore());
            apply(happening);
            from = happening.getBefore();
        }
        apply(batch, from, batch.eventCount());
    }

    private void apply(DecodedBatch batch, int from, int to) {
        long[] timeNs = batch.timeNs();
        long[] goid = batch.goid();
        long[] depth = batch.depth();
        int[] function = batch.function();
        int[] what = batch.what();
        int[] generation = batch.generation();
        long[] segment = batch.segment();
        for (int i = from; i < to; ) {
            int until = to;
            if (stacks.size() > NEAR) {
                until = Math.min(to, i + AHEAD);
                stacks.fetch(goid, what, i, until);
            }
            for (; i < until; i++) {
                event(timeNs[i], goid[i], depth[i], function[i], what[i], generation[i], segment[i]);
            }
        }
    }

    /** Takes something that happened to the process, the collector or a probe. */
    public void apply(Lifecycle happening) {
        switch (happening.getKind()) {
            case PROCESS_END -> closeAll(AbandonReason.PROCESS_END, happening.getTimeNs());
            case COLLECTOR_END -> closeAll(AbandonReason.DETACH, happening.getTimeNs());
            case DETACH -> detach(happening);
            case MODE -> {
                if (ModeDetail.endsOpenCalls(happening.getDetail())) {
                    detach(happening);
                }
                sink.mode(happening.getFunction(), happening.getDetail(), happening.getTimeNs());
            }
            case UNKNOWN, COLLECTOR_START, PROCESS_START, ATTACH -> {
                // What begins ends no call.
            }
        }
    }

    private void detach(Lifecycle happening) {
        if (happening.getFunction() < 0) {
            closeAll(AbandonReason.DETACH, happening.getTimeNs());
        } else {
            closeFunction(happening.getFunction(), happening.getTimeNs());
        }
    }

    /**
     * Takes one event; the parameters are the fields of {@code Event.avsc}, the time absolute.
     *
     * @param timeNs ns on any clock that all events share
     */
    public void event(long timeNs, long goid, long depth, int function, int what, int generation, long segment) {
        int kind = what & BatchDescriptor.KIND_MASK;
        if ((what & (BatchDescriptor.NO_IDENTITY | BatchDescriptor.OFF_STACK)) != 0 && !isIdentified(what)) {
            if (kind == BatchDescriptor.ENTRY) {
                sink.entered(function, timeNs);
            }
            return;
        }
        long identity = Identity.of(goid, what);
        int stamp = generation & 0xFFFF;
        boolean segmented = (what & BatchDescriptor.SEGMENTED) != 0;
        switch (kind) {
            case BatchDescriptor.ENTRY -> {
                sink.entered(function, timeNs);
                enter(identity, timeNs, depth, function, stamp, segment, segmented);
            }
            case BatchDescriptor.RETURN, BatchDescriptor.TAIL ->
                leave(identity, timeNs, depth, function, what, stamp, segmented);
            case BatchDescriptor.PANIC ->
                mark(identity, timeNs, depth, function, stamp, segment, segmented, PANIC_MARK);
            case BatchDescriptor.GOEXIT ->
                mark(identity, timeNs, depth, function, stamp, segment, segmented, GOEXIT_MARK);
            case BatchDescriptor.DEFER_RETURN -> resume(identity, timeNs, depth, function, stamp, segment, segmented);
            case BatchDescriptor.GOROUTINE_END -> end(goid, what, timeNs, stamp);
            default -> throw new IllegalArgumentException("kind must be 0 to 6, what=" + what);
        }
    }

    private boolean isIdentified(int what) {
        if ((what & BatchDescriptor.NO_IDENTITY) != 0) {
            noIdentity++;
            return false;
        }
        offStack++;
        return true;
    }

    private void enter(
            long identity, long timeNs, long depth, int function, int stamp, long segment, boolean segmented) {
        int slot = stacks.find(identity);
        int top = NONE;
        if (slot != NONE) {
            top = stacks.top(slot);
            int alive = segmented ? aliveOnSegment(top, depth, segment) : aliveBefore(top, depth);
            if (alive != top) {
                bury(top, alive, timeNs, stamp, AbandonReason.UNKNOWN);
                top = alive;
            }
        }
        push(identity, slot, top, timeNs, depth, function, stamp, segment);
        openFrames++;
    }

    private void leave(long identity, long timeNs, long depth, int function, int what, int stamp, boolean segmented) {
        int slot = stacks.find(identity);
        if (slot == NONE) {
            sink.unmatched(function, timeNs);
            return;
        }
        int top = stacks.top(slot);
        int match;
        if (segmented) {
            match = topmost(top, function, depth);
            if (match == NONE) {
                sink.unmatched(function, timeNs);
                return;
            }
        } else {
            match = aliveAt(top, depth);
        }
        if (match != top) {
            bury(top, match, timeNs, stamp, AbandonReason.UNKNOWN);
        }
        int below = match;
        if (match != NONE && stacks.frames[match * STRIDE + DEPTH] == depth && stacks.function(match) == function) {
            below = complete(match, timeNs, identity, what, stamp);
        } else {
            sink.unmatched(function, timeNs);
            if (!segmented) {
                // The return has popped the place where a frame of another function was.
                below = aliveBefore(match, depth);
                bury(match, below, timeNs, stamp, AbandonReason.UNKNOWN);
            }
        }
        settle(identity, slot, below);
    }

    private int complete(int frame, long timeNs, long identity, int what, int stamp) {
        long[] frames = stacks.frames;
        int at = frame * STRIDE;
        int below = stacks.below(frame);
        int function = stacks.function(frame);
        long durationNs = Math.max(0, timeNs - frames[at + TIME]);
        if (frames[at + STAMP] == stamp) {
            long selfNs = Math.max(0, durationNs - frames[at + CALLEES]);
            sink.paired(function, callerOf(below, stamp), durationNs, selfNs, timeNs, Identity.id(identity), what);
        } else {
            sink.uncertain(function, timeNs);
        }
        addCallee(below, durationNs);
        stacks.release(frame);
        openFrames--;
        return below;
    }

    /** The traced caller: the frame below, marks aside, if no loss lies between the two. */
    private int callerOf(int below, int stamp) {
        int caller = below;
        while (caller != NONE && stacks.function(caller) < 0) {
            caller = stacks.below(caller);
        }
        if (caller == NONE || stacks.frames[caller * STRIDE + STAMP] != stamp) {
            return CallSink.NO_CALLER;
        }
        return stacks.function(caller);
    }

    private void addCallee(int below, long durationNs) {
        int caller = below;
        while (caller != NONE && stacks.function(caller) < 0) {
            caller = stacks.below(caller);
        }
        if (caller != NONE) {
            stacks.frames[caller * STRIDE + CALLEES] += durationNs;
        }
    }

    /** A panic or Goexit: what is below the mark dies if the mark is found dead. */
    private void mark(
            long identity,
            long timeNs,
            long depth,
            int function,
            int stamp,
            long segment,
            boolean segmented,
            int mark) {
        int slot = stacks.find(identity);
        if (slot == NONE) {
            return;
        }
        int alive = buryDead(slot, timeNs, depth, function, stamp, segment, segmented);
        if (alive == NONE) {
            settle(identity, slot, NONE);
        } else {
            push(identity, slot, alive, timeNs, depth, mark, stamp, segment);
        }
    }

    private static AbandonReason reasonOf(int mark) {
        return mark == PANIC_MARK ? AbandonReason.PANIC : AbandonReason.GOEXIT;
    }

    /**
     * A frame goes on after a recover: what it called is dead. gccgo calls {@code deferreturn} in frames as well that the
     * panic only passes through, on its way to the frame that recovers: there the mark stays above the frame.
     */
    private void resume(
            long identity, long timeNs, long depth, int function, int stamp, long segment, boolean segmented) {
        int slot = stacks.find(identity);
        if (slot == NONE) {
            return;
        }
        int top = stacks.top(slot);
        int alive = segmented ? aliveOnSegment(top, depth, segment) : NONE;
        int mark = segmented ? lowestMark(top, alive) : 0;
        alive = buryDead(slot, timeNs, depth, function, stamp, segment, segmented);
        if (mark != 0 && alive != NONE) {
            push(identity, slot, alive, timeNs, depth, mark, stamp, segment);
        } else {
            settle(identity, slot, alive);
        }
    }

    /** The lowest mark from {@code top} down to, but without, {@code until}; 0 where there is none. */
    private int lowestMark(int top, int until) {
        int mark = 0;
        for (int frame = top; frame != until; frame = stacks.below(frame)) {
            int function = stacks.function(frame);
            mark = function < 0 ? function : mark;
        }
        return mark;
    }

    /** Buries what a marker's call overwrites; not the frame of the marker itself, where that is traced as well. */
    private int buryDead(int slot, long timeNs, long depth, int function, int stamp, long segment, boolean segmented) {
        int top = stacks.top(slot);
        if (stacks.frames[top * STRIDE + DEPTH] == depth && stacks.function(top) == function) {
            return top;
        }
        int alive = segmented ? aliveOnSegment(top, depth, segment) : aliveBefore(top, depth);
        bury(top, alive, timeNs, stamp, AbandonReason.UNKNOWN);
        return alive;
    }

    private void end(long goid, int what, long timeNs, int stamp) {
        long identity = Identity.ofGoroutine(goid, what);
        int slot = stacks.find(identity);
        if (slot != NONE) {
            bury(stacks.top(slot), NONE, timeNs, stamp, AbandonReason.GOROUTINE_END);
            settle(identity, slot, NONE);
        }
    }

    /** The topmost frame that is no deeper than {@code depth}. */
    private int aliveAt(int top, long depth) {
        long[] frames = stacks.frames;
        int frame = top;
        while (frame != NONE && frames[frame * STRIDE + DEPTH] > depth) {
            frame = stacks.below(frame);
        }
        return frame;
    }

    /** The topmost frame that is less deep than {@code depth}. */
    private int aliveBefore(int top, long depth) {
        long[] frames = stacks.frames;
        int frame = top;
        while (frame != NONE && frames[frame * STRIDE + DEPTH] >= depth) {
            frame = stacks.below(frame);
        }
        return frame;
    }

    /**
     * Segmented stacks: the topmost frame that an entry with this SP leaves alive. The topmost frames of the same segment
     * at or below SP are dead, and so is all that was called from them.
     */
    private int aliveOnSegment(int top, long sp, long segment) {
        long[] frames = stacks.frames;
        int alive = top;
        for (int frame = top; frame != NONE; frame = stacks.below(frame)) {
            if (frames[frame * STRIDE + SEGMENT] == segment) {
                if (frames[frame * STRIDE + DEPTH] > sp) {
                    break;
                }
                alive = stacks.below(frame);
            }
        }
        return alive;
    }

    private int topmost(int top, int function, long sp) {
        long[] frames = stacks.frames;
        int frame = top;
        while (frame != NONE && (frames[frame * STRIDE + DEPTH] != sp || stacks.function(frame) != function)) {
            frame = stacks.below(frame);
        }
        return frame;
    }

    /**
     * Ends the frames from {@code top} down to, but without, {@code until}. A mark among them gives its reason to those
     * below it.
     */
    private void bury(int top, int until, long timeNs, int stamp, AbandonReason unmarked) {
        AbandonReason reason = unmarked;
        int frame = top;
        while (frame != until) {
            int function = stacks.function(frame);
            int below = stacks.below(frame);
            if (function < 0) {
                reason = reasonOf(function);
            } else {
                long openNs = Math.max(0, timeNs - stacks.frames[frame * STRIDE + TIME]);
                if (stacks.frames[frame * STRIDE + STAMP] == stamp) {
                    sink.abandoned(function, reason, openNs, timeNs);
                } else {
                    sink.uncertain(function, timeNs);
                }
                addCallee(below, openNs);
                openFrames--;
            }
            stacks.release(frame);
            frame = below;
        }
    }

    private void push(
            long identity, int slot, int below, long timeNs, long depth, int function, int stamp, long segment) {
        int frame = stacks.allocate();
        long[] frames = stacks.frames;
        int at = frame * STRIDE;
        frames[at + DEPTH] = depth;
        frames[at + TIME] = timeNs;
        frames[at + CALLEES] = 0;
        frames[at + FUNCTION_AND_BELOW] = FrameStacks.functionAndBelow(function, below);
        frames[at + STAMP] = stamp;
        frames[at + SEGMENT] = segment;
        if (slot == NONE) {
            stacks.insert(identity, frame);
        } else {
            stacks.setTop(slot, frame);
        }
        stacks.touch(identity);
    }

    private void settle(long identity, int slot, int top) {
        if (top == NONE) {
            stacks.remove(slot);
        } else {
            stacks.setTop(slot, top);
        }
        stacks.touch(identity);
    }

    /** Ends all calls that are open, as at the end of the process. */
    public void closeAll(AbandonReason reason, long timeNs) {
        for (long identity : stacks.identities()) {
            int slot = stacks.find(identity);
            closeStack(stacks.top(slot), reason, timeNs);
            settle(identity, slot, NONE);
        }
    }

    /**
     * What is open when all ends has its own generation for comparison: without an event there is no other. Only a gap
     * makes it uncertain.
     */
    private void closeStack(int top, AbandonReason unmarked, long timeNs) {
        AbandonReason reason = unmarked;
        for (int frame = top; frame != NONE; ) {
            int function = stacks.function(frame);
            int below = stacks.below(frame);
            if (function >= 0) {
                closeOne(frame, function, reason, timeNs);
            } else if (unmarked != AbandonReason.DETACH) {
                reason = reasonOf(function);
            }
            stacks.release(frame);
            frame = below;
        }
    }

    private void closeOne(int frame, int function, AbandonReason reason, long timeNs) {
        long[] frames = stacks.frames;
        if (frames[frame * STRIDE + STAMP] < TAINTED) {
            sink.abandoned(function, reason, Math.max(0, timeNs - frames[frame * STRIDE + TIME]), timeNs);
        } else {
            sink.uncertain(function, timeNs);
        }
        openFrames--;
    }

    /** Ends the open calls of one function, whose probes are gone; the calls around them stay open. */
    private void closeFunction(int function, long timeNs) {
        for (long identity : stacks.identities()) {
            int slot = stacks.find(identity);
            int above = NONE;
            int top = stacks.top(slot);
            boolean open = false;
            for (int frame = top; frame != NONE; ) {
                int below = stacks.below(frame);
                if (stacks.function(frame) == function) {
                    closeOne(frame, function, AbandonReason.DETACH, timeNs);
                    // As if it had never been traced: what it called counts as called by its caller.
                    addCallee(below, stacks.frames[frame * STRIDE + CALLEES]);
                    if (above == NONE) {
                        top = below;
                    } else {
                        stacks.setBelow(above, below);
                    }
                    stacks.release(frame);
                } else {
                    open |= stacks.function(frame) >= 0;
                    above = frame;
                }
                frame = below;
            }
            if (!open) {
                // Marks alone have nobody to give a reason to.
                closeStack(top, AbandonReason.DETACH, timeNs);
                top = NONE;
            }
            settle(identity, slot, top);
        }
    }

    /** There is a gap in the lane: whatever is open may have lost an event. */
    public void taint() {
        stacks.forEach((slot, identity) -> {
            for (int frame = stacks.top(slot); frame != NONE; frame = stacks.below(frame)) {
                stacks.frames[frame * STRIDE + STAMP] |= TAINTED;
            }
            stacks.touch(identity);
        });
    }

    /** The key of the stack that an event belongs to, for {@link #enteredNs}. */
    public static long identity(long goid, int what) {
        return Identity.of(goid, what);
    }

    /** When the topmost open call of a stack began, ns; {@link Long#MIN_VALUE} where none is open. */
    public long enteredNs(long identity) {
        int slot = stacks.find(identity);
        return slot == NONE ? Long.MIN_VALUE : stacks.frames[stacks.top(slot) * STRIDE + TIME];
    }

    /** Calls that are open. */
    public long openFrames() {
        return openFrames;
    }

    /** Identities that have calls open. */
    public int goroutines() {
        return stacks.size();
    }

    /** Events whose identity could not be read, so far. */
    public long noIdentity() {
        return noIdentity;
    }

    /** Events off any goroutine stack, so far. */
    public long offStack() {
        return offStack;
    }
}
