package io.goroscope.streams.testing;

import static io.goroscope.schemas.batch.BatchDescriptor.KIND_MASK;
import static io.goroscope.schemas.batch.BatchDescriptor.NO_IDENTITY;
import static io.goroscope.schemas.batch.BatchDescriptor.OFF_STACK;
import static io.goroscope.schemas.batch.BatchDescriptor.SEGMENTED;
import static io.goroscope.schemas.batch.BatchDescriptor.SYSTEM_STACK;

import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.pairing.CallSink;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Predicate;

/** The rules of the pairing package's page once more, with objects and collections, slowly: the oracle. */
public final class NaivePairing {

    private static final class Frame {
        int function;
        AbandonReason mark;
        long depth;
        long segment;
        long timeNs;
        long calleesNs;
        int generation;
        boolean tainted;
    }

    private record Stack(String space, long id) {}

    private final CallSink sink;
    /** Topmost frame first. */
    private final Map<Stack, ArrayDeque<Frame>> stacks = new HashMap<>();

    /** @param sink takes what is found */
    public NaivePairing(CallSink sink) {
        this.sink = sink;
    }

    /** As {@code Pairing.event}. */
    public void event(long timeNs, long goid, long depth, int function, int what, int generation, long segment) {
        if ((what & KIND_MASK) == 0) {
            sink.entered(function, timeNs);
        }
        if ((what & NO_IDENTITY) != 0) {
            return;
        }
        boolean segmented = (what & SEGMENTED) != 0;
        String space = (what & OFF_STACK) != 0
                ? "thread"
                : (what & SYSTEM_STACK) != 0 ? "system" : segmented ? "segmented" : "goroutine";
        if ((what & KIND_MASK) == 6) {
            ArrayDeque<Frame> all = stacks.remove(new Stack(segmented ? "segmented" : "goroutine", goid));
            if (all != null) {
                bury(all, all.size(), AbandonReason.GOROUTINE_END, timeNs, generation);
            }
            return;
        }
        Stack key = new Stack(space, goid);
        ArrayDeque<Frame> stack = stacks.computeIfAbsent(key, unused -> new ArrayDeque<>());
        switch (what & KIND_MASK) {
            case 0 -> {
                bury(stack, deadAtEntry(stack, depth, segment, segmented), AbandonReason.UNKNOWN, timeNs, generation);
                push(stack, function, null, depth, segment, timeNs, generation);
            }
            case 1, 2 -> leave(stack, goid, depth, function, what, timeNs, generation);
            case 3, 4, 5 -> {
                Frame top = stack.peekFirst();
                boolean itself = top != null && top.mark == null && top.depth == depth && top.function == function;
                int dead = deadAtEntry(stack, depth, segment, segmented);
                // gccgo: the panic goes on through this frame, until it returns.
                AbandonReason passing = segmented && (what & KIND_MASK) == 4 ? lowestMark(stack, dead) : null;
                if (!itself) {
                    bury(stack, dead, AbandonReason.UNKNOWN, timeNs, generation);
                }
                if (passing != null && !stack.isEmpty()) {
                    push(stack, -1, passing, depth, segment, timeNs, generation);
                }
                if ((what & KIND_MASK) != 4 && !stack.isEmpty()) {
                    AbandonReason mark = (what & KIND_MASK) == 3 ? AbandonReason.PANIC : AbandonReason.GOEXIT;
                    push(stack, -1, mark, depth, segment, timeNs, generation);
                }
            }
            default -> throw new IllegalArgumentException();
        }
        if (stack.isEmpty()) {
            stacks.remove(key);
        }
    }

    private static AbandonReason lowestMark(ArrayDeque<Frame> stack, int count) {
        return stack.stream()
                .limit(count)
                .map(frame -> frame.mark)
                .filter(mark -> mark != null)
                .reduce((upper, lower) -> lower)
                .orElse(null);
    }

    private static void push(
            ArrayDeque<Frame> stack,
            int function,
            AbandonReason mark,
            long depth,
            long segment,
            long timeNs,
            int generation) {
        Frame frame = new Frame();
        frame.function = function;
        frame.mark = mark;
        frame.depth = depth;
        frame.segment = segment;
        frame.timeNs = timeNs;
        frame.generation = generation;
        stack.addFirst(frame);
    }

    private static int deadAtEntry(ArrayDeque<Frame> stack, long depth, long segment, boolean segmented) {
        int dead = 0;
        int at = 0;
        for (Frame frame : stack) {
            at++;
            if (segmented) {
                if (frame.segment == segment && frame.depth > depth) {
                    return dead;
                }
                if (frame.segment == segment) {
                    dead = at;
                }
            } else if (frame.depth >= depth) {
                dead = at;
            }
        }
        return dead;
    }

    private void leave(
            ArrayDeque<Frame> stack, long goid, long depth, int function, int what, long timeNs, int generation) {
        boolean segmented = (what & SEGMENTED) != 0;
        Predicate<Frame> same = frame -> frame.mark == null && frame.function == function && frame.depth == depth;
        if (segmented) {
            int above = 0;
            for (Frame frame : stack) {
                if (same.test(frame)) {
                    bury(stack, above, AbandonReason.UNKNOWN, timeNs, generation);
                    pair(stack, goid, what, timeNs, generation);
                    return;
                }
                above++;
            }
            sink.unmatched(function, timeNs);
            return;
        }
        bury(
                stack,
                (int) stack.stream().filter(frame -> frame.depth > depth).count(),
                AbandonReason.UNKNOWN,
                timeNs,
                generation);
        if (!stack.isEmpty() && same.test(stack.peekFirst())) {
            pair(stack, goid, what, timeNs, generation);
        } else {
            sink.unmatched(function, timeNs);
            bury(
                    stack,
                    (int) stack.stream().filter(frame -> frame.depth == depth).count(),
                    AbandonReason.UNKNOWN,
                    timeNs,
                    generation);
        }
    }

    private void pair(ArrayDeque<Frame> stack, long goid, int what, long timeNs, int generation) {
        Frame frame = stack.removeFirst();
        Frame caller =
                stack.stream().filter(each -> each.mark == null).findFirst().orElse(null);
        long durationNs = Math.max(0, timeNs - frame.timeNs);
        if (frame.tainted || frame.generation != generation) {
            sink.uncertain(frame.function, timeNs);
        } else {
            boolean sure = caller != null && !caller.tainted && caller.generation == generation;
            sink.paired(
                    frame.function,
                    sure ? caller.function : -1,
                    durationNs,
                    Math.max(0, durationNs - frame.calleesNs),
                    timeNs,
                    goid,
                    what);
        }
        if (caller != null) {
            caller.calleesNs += durationNs;
        }
    }

    private void bury(ArrayDeque<Frame> stack, int count, AbandonReason unmarked, long timeNs, int generation) {
        AbandonReason reason = unmarked;
        for (int i = 0; i < count; i++) {
            Frame frame = stack.removeFirst();
            if (frame.mark != null) {
                reason = frame.mark;
                continue;
            }
            boolean sure = !frame.tainted && frame.generation == generation;
            if (sure) {
                sink.abandoned(frame.function, reason, timeNs - frame.timeNs, timeNs);
            } else {
                sink.uncertain(frame.function, timeNs);
            }
            Iterator<Frame> below = stack.iterator();
            while (below.hasNext()) {
                Frame caller = below.next();
                if (caller.mark == null) {
                    caller.calleesNs += Math.max(0, timeNs - frame.timeNs);
                    break;
                }
            }
        }
    }

    /** The probes of a function are gone, or of all where it is negative. */
    public void detach(int function, long timeNs) {
        if (function < 0) {
            endAll(AbandonReason.DETACH, timeNs);
            return;
        }
        for (ArrayDeque<Frame> stack : stacks.values()) {
            Iterator<Frame> topmostFirst = stack.iterator();
            long orphanedNs = 0;
            while (topmostFirst.hasNext()) {
                Frame frame = topmostFirst.next();
                if (frame.mark != null) {
                    continue;
                }
                frame.calleesNs += orphanedNs;
                orphanedNs = 0;
                if (frame.function == function) {
                    if (frame.tainted) {
                        sink.uncertain(function, timeNs);
                    } else {
                        sink.abandoned(function, AbandonReason.DETACH, timeNs - frame.timeNs, timeNs);
                    }
                    orphanedNs = frame.calleesNs;
                    topmostFirst.remove();
                }
            }
        }
        stacks.values().removeIf(stack -> stack.stream().allMatch(frame -> frame.mark != null));
    }

    /** A gap. */
    public void taint() {
        stacks.values().forEach(stack -> stack.forEach(frame -> frame.tainted = true));
    }

    /** Stacks that are not empty. */
    public int goroutines() {
        return stacks.size();
    }

    /** Calls that are open. */
    public long openFrames() {
        return stacks.values().stream()
                .flatMap(ArrayDeque::stream)
                .filter(frame -> frame.mark == null)
                .count();
    }

    /** The process has ended. */
    public void endAll(AbandonReason reason, long timeNs) {
        for (ArrayDeque<Frame> stack : stacks.values()) {
            AbandonReason why = reason;
            for (Frame frame : stack) {
                if (frame.mark != null) {
                    why = reason == AbandonReason.DETACH ? why : frame.mark;
                } else if (frame.tainted) {
                    sink.uncertain(frame.function, timeNs);
                } else {
                    sink.abandoned(frame.function, why, timeNs - frame.timeNs, timeNs);
                }
            }
        }
        stacks.clear();
    }
}
