package io.goroscope.e2e;

import io.goroscope.testbed.Truth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Pairs of functions whose calls the program remembers one by one, held against that memory.
 *
 * <p>The program reads the clock right after a call's entry and right before its return, the probes theirs right before
 * and after that. So within one goroutine, where nothing is at the same time, the pair of a remembered call is the one
 * with the last entry before the call's start, and with the first return after its end. A return paired with another's
 * entry breaks one of the two.
 */
final class LoggedPairs {

    /** One stack's calls of one function. */
    private record Place(String function, long goid) {}

    /**
     * A call as it was paired.
     *
     * @param entryNs CLOCK_MONOTONIC
     * @param returnNs CLOCK_MONOTONIC
     */
    record Pair(long entryNs, long returnNs) {}

    private final Map<Place, List<Pair>> pairs = new HashMap<>();
    private final Set<Pair> found = Collections.newSetFromMap(new IdentityHashMap<>());
    private long size;

    /** Takes a pair of a function that the program remembers; in the order of their returns. */
    void add(String function, long goid, long durationNs, long returnNs) {
        pairs.computeIfAbsent(new Place(function, goid), place -> new ArrayList<>())
                .add(new Pair(returnNs - durationNs, returnNs));
        size++;
    }

    /** How many pairs there are. */
    long size() {
        return size;
    }

    /** How many of them belong to a remembered call that was looked up. */
    long matched() {
        return found.size();
    }

    /** The pair of a remembered call, or null where it has none or not a right one. */
    Pair find(Truth.Call call) {
        Pair latest = null;
        Pair first = null;
        for (Pair pair : pairs.getOrDefault(new Place(call.function(), call.goid()), List.of())) {
            if (pair.entryNs() <= call.startNs() && (latest == null || pair.entryNs() > latest.entryNs())) {
                latest = pair;
            }
            if (first == null && pair.returnNs() >= call.endNs()) {
                first = pair;
            }
        }
        // Each pair belongs to one call.
        return latest != null && latest.equals(first) && found.add(latest) ? latest : null;
    }

    /** Remembered calls of these functions without their pair. */
    List<Truth.Call> wrong(Truth truth, Set<String> functions) {
        return truth.log().stream()
                .filter(call -> functions.contains(call.function()))
                .filter(call -> find(call) == null)
                .toList();
    }
}
