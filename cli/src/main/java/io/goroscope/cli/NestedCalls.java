package io.goroscope.cli;

import java.util.Arrays;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * How many traced calls lie within a call, at any depth: their probes are in its duration.
 *
 * <p>Calls come in the order in which they end, so the calls within one have come before it, and began no earlier. Those
 * whose traced caller is still open wait on a stack, one for each goroutine.
 */
final class NestedCalls {

    private static final int FIRST_DEPTH = 4;
    /** Siblings are added up from here on: the callee of a loop must not fill the memory. */
    private static final int MERGE_DEPTH = 64;

    private static final int MOST_STACKS = 1 << 16;

    private final Long2ObjectHashMap<Stack> stacks = new Long2ObjectHashMap<>();

    private static final class Stack {
        long[] startNs = new long[FIRST_DEPTH];
        long[] calls = new long[FIRST_DEPTH];
        int[] caller = new int[FIRST_DEPTH];
        int depth;

        void push(long start, int from, long count) {
            if (depth >= MERGE_DEPTH && caller[depth - 1] == from) {
                calls[depth - 1] += count;
                return;
            }
            if (depth == calls.length) {
                startNs = Arrays.copyOf(startNs, 2 * depth);
                calls = Arrays.copyOf(calls, 2 * depth);
                caller = Arrays.copyOf(caller, 2 * depth);
            }
            startNs[depth] = start;
            calls[depth] = count;
            caller[depth++] = from;
        }

        long popSince(long start) {
            long count = 0;
            while (depth > 0 && startNs[depth - 1] >= start) {
                count += calls[--depth];
            }
            return count;
        }
    }

    /**
     * A call ended.
     *
     * @param identity of its stack
     * @param hasCaller whether a traced call is open around it
     * @param caller the function of that call
     * @param startNs when it began
     * @return how many traced calls were within it
     */
    long ended(long identity, boolean hasCaller, int caller, long startNs) {
        Stack stack = stacks.get(identity);
        long within = stack == null ? 0 : stack.popSince(startNs);
        if (hasCaller) {
            if (stack == null) {
                stack = open(identity);
            }
            stack.push(startNs, caller, within + 1);
        } else if (stack != null) {
            stacks.remove(identity);
        }
        return within;
    }

    private Stack open(long identity) {
        if (stacks.size() == MOST_STACKS) {
            // Goroutines whose callers died in a panic; the next calls begin anew.
            stacks.clear();
        }
        Stack stack = new Stack();
        stacks.put(identity, stack);
        return stack;
    }
}
