package io.goroscope.streams.pairing;

import static io.goroscope.streams.pairing.FrameStacks.NONE;

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

    /** In place of a function: a mark of a panic. All marks are less than {@link FrameBlocks#GROUND}. */
    private static final int PANIC_MARK = -2;
    /** In place of a function: a mark of a Goexit. */
    private static final int GOEXIT_MARK = -3;

    /** With so many goroutines, their frames no longer fit into a core's own cache. */
    private static final int NEAR = 4096;
    /** Events whose frames are fetched at once; they must stay in the first cache until their turn. */
    private static final int AHEAD = 64;

    private final CallSink sink;
    final FrameStacks stacks = new FrameStacks();
    private final FrameBlocks blocks = stacks.blocks;
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

    /**
     * Takes an entry that finds nothing dead and has room, or a return that ends the topmost call, on a goroutine's own
     * stack: nearly every event. It does what {@link #byTheRules} would do with it. Entry or return is as good as random, so what
     * both need is done before it is asked.
     *
     * @return false where it is another case; then nothing is changed
     */
    private boolean asUsual(long timeNs, long goid, long depth, int function, int what, int generation) {
        if ((what & ~(BatchDescriptor.ENTRY | BatchDescriptor.RETURN)) != 0) {
            return false;
        }
        long identity = Identity.of(goid, BatchDescriptor.ENTRY);
        int slot = stacks.find(identity);
        if (slot == NONE) {
            return false;
        }
        long stack = stacks.stack(slot);
        int topmost = FrameStacks.block(stack) + FrameStacks.count(stack) - 1;
        long topmostDepth = blocks.depth(topmost);
        int stamp = generation & 0xFFFF;
        if (what == BatchDescriptor.ENTRY) {
            if (FrameStacks.isFull(stack) || topmostDepth >= depth) {
                return false;
            }
            blocks.write(topmost + 1, depth, timeNs, function, stamp, 0);
            stacks.add(slot, identity, stack);
            openFrames++;
            sink.entered(function, timeNs);
        } else {
            if (topmostDepth != depth || blocks.function(topmost) != function || FrameStacks.isLastOfLarge(stack)) {
                return false;
            }
            complete(topmost, timeNs, identity, BatchDescriptor.RETURN, stamp);
            stacks.drop(slot, identity, stack);
        }
        return true;
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
        if (!asUsual(timeNs, goid, depth, function, what, generation)) {
            byTheRules(timeNs, goid, depth, function, what, generation, segment);
        }
    }

    private void byTheRules(long timeNs, long goid, long depth, int function, int what, int generation, long segment) {
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
        int slot = stacks.slotFor(identity);
        int count = stacks.count(slot);
        int base = stacks.base(slot);
        int alive = segmented ? aliveOnSegment(base, count, depth, segment) : aliveBefore(base, count, depth);
        if (alive != count) {
            bury(base, count, alive, timeNs, stamp, AbandonReason.UNKNOWN);
            stacks.cut(slot, alive);
        }
        blocks.write(stacks.push(slot), depth, timeNs, function, stamp, segment);
        openFrames++;
    }

    private void leave(long identity, long timeNs, long depth, int function, int what, int stamp, boolean segmented) {
        int slot = stacks.find(identity);
        int count = stacks.count(slot);
        if (count == 0) {
            sink.unmatched(function, timeNs);
            return;
        }
        int base = stacks.base(slot);
        int match = segmented ? topmost(base, count, function, depth) : aliveAt(base, count, depth);
        if (segmented && match == 0) {
            sink.unmatched(function, timeNs);
            return;
        }
        if (match != count) {
            bury(base, count, match, timeNs, stamp, AbandonReason.UNKNOWN);
        }
        int left = match;
        if (match > 0 && isCall(base + match - 1, function, depth)) {
            left = match - 1;
            complete(base + left, timeNs, identity, what, stamp);
        } else {
            sink.unmatched(function, timeNs);
            if (!segmented) {
                // The return has popped the place where a frame of another function was.
                left = aliveBefore(base, match, depth);
                bury(base, match, left, timeNs, stamp, AbandonReason.UNKNOWN);
            }
        }
        stacks.cut(slot, left);
    }

    private boolean isCall(int frame, int function, long depth) {
        return blocks.depth(frame) == depth && blocks.function(frame) == function;
    }

    private void complete(int frame, long timeNs, long identity, int what, int stamp) {
        int function = blocks.function(frame);
        long durationNs = Math.max(0, timeNs - blocks.timeNs(frame));
        int caller = caller(frame);
        if (blocks.stamp(frame) == stamp) {
            long selfNs = Math.max(0, durationNs - blocks.calleesNs(frame));
            // No edge where a loss lies between the two.
            int callerFunction = blocks.stamp(caller) == stamp ? blocks.function(caller) : CallSink.NO_CALLER;
            sink.paired(function, callerFunction, durationNs, selfNs, timeNs, Identity.id(identity), what);
        } else {
            sink.uncertain(function, timeNs);
        }
        blocks.addCalleesNs(caller, durationNs);
        openFrames--;
    }

    /** The topmost frame below another one that is no mark; the ground where there is none. */
    private int caller(int frame) {
        int caller = frame - 1;
        while (blocks.function(caller) < FrameBlocks.GROUND) {
            caller--;
        }
        return caller;
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
        if (stacks.count(slot) == 0) {
            return;
        }
        stacks.cut(slot, buryDead(slot, timeNs, depth, function, stamp, segment, segmented));
        putMark(slot, timeNs, depth, mark, stamp, segment);
    }

    /** Puts a mark upon the frames that are left, if any. */
    private void putMark(int slot, long timeNs, long depth, int mark, int stamp, long segment) {
        if (stacks.count(slot) > 0) {
            blocks.write(stacks.push(slot), depth, timeNs, mark, stamp, segment);
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
        int count = stacks.count(slot);
        if (count == 0) {
            return;
        }
        int base = stacks.base(slot);
        int mark = segmented ? lowestMark(base, count, aliveOnSegment(base, count, depth, segment)) : 0;
        stacks.cut(slot, buryDead(slot, timeNs, depth, function, stamp, segment, segmented));
        if (mark != 0) {
            putMark(slot, timeNs, depth, mark, stamp, segment);
        }
    }

    /** The lowest mark above the lowest {@code alive} frames; 0 where there is none. */
    private int lowestMark(int base, int count, int alive) {
        for (int frame = base + alive; frame < base + count; frame++) {
            if (blocks.function(frame) < 0) {
                return blocks.function(frame);
            }
        }
        return 0;
    }

    /**
     * Buries what a marker's call overwrites; not the frame of the marker itself, where that is traced as well.
     *
     * @return how many frames are left
     */
    private int buryDead(int slot, long timeNs, long depth, int function, int stamp, long segment, boolean segmented) {
        int base = stacks.base(slot);
        int count = stacks.count(slot);
        if (isCall(base + count - 1, function, depth)) {
            return count;
        }
        int alive = segmented ? aliveOnSegment(base, count, depth, segment) : aliveBefore(base, count, depth);
        bury(base, count, alive, timeNs, stamp, AbandonReason.UNKNOWN);
        return alive;
    }

    private void end(long goid, int what, long timeNs, int stamp) {
        int slot = stacks.find(Identity.ofGoroutine(goid, what));
        if (slot != NONE) {
            bury(stacks.base(slot), stacks.count(slot), 0, timeNs, stamp, AbandonReason.GOROUTINE_END);
            stacks.remove(slot);
        }
    }

    /** How many of these frames are no deeper than {@code depth}. */
    private int aliveAt(int base, int count, long depth) {
        int alive = count;
        while (alive > 0 && blocks.depth(base + alive - 1) > depth) {
            alive--;
        }
        return alive;
    }

    /** How many of these frames are less deep than {@code depth}. */
    private int aliveBefore(int base, int count, long depth) {
        int alive = count;
        while (alive > 0 && blocks.depth(base + alive - 1) >= depth) {
            alive--;
        }
        return alive;
    }

    /**
     * Segmented stacks: how many of these frames an entry with this SP leaves alive. The topmost frames of the same segment
     * at or below SP are dead, and so is all that was called from them.
     */
    private int aliveOnSegment(int base, int count, long sp, long segment) {
        int alive = count;
        for (int frame = base + count - 1; frame >= base; frame--) {
            if (blocks.segment(frame) == segment) {
                if (blocks.depth(frame) > sp) {
                    break;
                }
                alive = frame - base;
            }
        }
        return alive;
    }

    /** How many frames there are up to the topmost one of a function with this SP; 0 where there is none. */
    private int topmost(int base, int count, int function, long sp) {
        int match = count;
        while (match > 0 && !isCall(base + match - 1, function, sp)) {
            match--;
        }
        return match;
    }

    /**
     * Ends the frames above the lowest {@code alive} ones, the topmost first. A mark among them gives its reason to those
     * below it.
     */
    private void bury(int base, int count, int alive, long timeNs, int stamp, AbandonReason unmarked) {
        AbandonReason reason = unmarked;
        for (int frame = base + count - 1; frame >= base + alive; frame--) {
            int function = blocks.function(frame);
            if (function < 0) {
                reason = reasonOf(function);
                continue;
            }
            long openNs = Math.max(0, timeNs - blocks.timeNs(frame));
            if (blocks.stamp(frame) == stamp) {
                sink.abandoned(function, reason, openNs, timeNs);
            } else {
                sink.uncertain(function, timeNs);
            }
            blocks.addCalleesNs(caller(frame), openNs);
            openFrames--;
        }
    }

    /** Ends all calls that are open, as at the end of the process. */
    public void closeAll(AbandonReason reason, long timeNs) {
        stacks.forEach((slot, identity) -> {
            closeStack(stacks.base(slot), stacks.count(slot), reason, timeNs);
            stacks.cut(slot, 0);
        });
    }

    /**
     * What is open when all ends has its own generation for comparison: without an event there is no other. Only a gap
     * makes it uncertain.
     */
    private void closeStack(int base, int count, AbandonReason unmarked, long timeNs) {
        AbandonReason reason = unmarked;
        for (int frame = base + count - 1; frame >= base; frame--) {
            int function = blocks.function(frame);
            if (function >= 0) {
                closeOne(frame, function, reason, timeNs);
            } else if (unmarked != AbandonReason.DETACH) {
                reason = reasonOf(function);
            }
        }
    }

    private void closeOne(int frame, int function, AbandonReason reason, long timeNs) {
        if (blocks.stamp(frame) < FrameBlocks.TAINTED) {
            sink.abandoned(function, reason, Math.max(0, timeNs - blocks.timeNs(frame)), timeNs);
        } else {
            sink.uncertain(function, timeNs);
        }
        openFrames--;
    }

    /** Ends the open calls of one function, whose probes are gone; the calls around them stay open. */
    private void closeFunction(int function, long timeNs) {
        stacks.forEach((slot, identity) -> {
            int base = stacks.base(slot);
            int count = stacks.count(slot);
            boolean open = false;
            for (int frame = base + count - 1; frame >= base; frame--) {
                if (blocks.function(frame) == function) {
                    closeOne(frame, function, AbandonReason.DETACH, timeNs);
                    // As if it had never been traced: what it called counts as called by its caller.
                    blocks.addCalleesNs(caller(frame), blocks.calleesNs(frame));
                    blocks.copy(frame + 1, frame, base + count - frame - 1);
                    count--;
                } else {
                    open |= blocks.function(frame) >= 0;
                }
            }
            if (!open) {
                // Marks alone have nobody to give a reason to.
                count = 0;
            }
            stacks.cut(slot, count);
        });
    }

    /** There is a gap in the lane: whatever is open may have lost an event. */
    public void taint() {
        stacks.forEach((slot, identity) -> {
            int base = stacks.base(slot);
            for (int frame = base; frame < base + stacks.count(slot); frame++) {
                blocks.taint(frame);
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
        int count = stacks.count(slot);
        return count == 0 ? Long.MIN_VALUE : blocks.timeNs(stacks.base(slot) + count - 1);
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
