package io.goroscope.sink.remote;

import io.goroscope.sink.table.Source;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/** One process over time: its functions, how far its lanes are, and which moments are still to be written. */
final class ProcessTimes {

    /** A lane's windows close when its time is a second beyond them. */
    private static final long STEP_BACK_NS = 1_000_000_000;

    private static final long AFTER_ALL_NS = 1_000_000;
    private static final long ENDED = Long.MAX_VALUE;

    record FunctionId(String buildId, int number) {}

    private final Map<FunctionId, WindowSums> functions = new LinkedHashMap<>();
    private final Map<Source, Long> laneTimesNs = new HashMap<>();
    private final TreeSet<Long> moments = new TreeSet<>();
    private long latestCountsNs = Long.MIN_VALUE;
    private long writtenNs = Long.MIN_VALUE;
    private boolean changedBehind;

    WindowSums function(String buildId, int number) {
        return functions.computeIfAbsent(new FunctionId(buildId, number), id -> new WindowSums());
    }

    Map<FunctionId, WindowSums> functions() {
        return functions;
    }

    /** A window that ends then has changed. */
    void changedWindow(long endNs) {
        if (endNs > writtenNs) {
            moments.add(endNs);
        } else {
            changedBehind = true;
        }
    }

    /** Exact counts of that moment came. */
    void changedCounts(long atNs) {
        latestCountsNs = Math.max(latestCountsNs, atNs);
        changedBehind |= atNs <= writtenNs;
    }

    void laneTime(Source lane, long ns, boolean ended) {
        laneTimesNs.put(lane, ended ? ENDED : ns);
    }

    void laneGone(Source lane) {
        laneTimesNs.put(lane, ENDED);
    }

    /** The next moment that can be written, ns since 1970, or null as long as there is none. */
    Long next() {
        long reached =
                laneTimesNs.values().stream().mapToLong(Long::longValue).min().orElse(Long.MIN_VALUE);
        if (!moments.isEmpty()) {
            long first = moments.first();
            return reached == ENDED || first <= reached - STEP_BACK_NS ? (Long) first : null;
        }
        if (reached != ENDED) {
            return null;
        }
        if (latestCountsNs > writtenNs) {
            return latestCountsNs;
        }
        // What came late is told once more, right after the last sample, since no other will follow.
        return changedBehind && writtenNs > Long.MIN_VALUE ? (Long) (writtenNs + AFTER_ALL_NS) : null;
    }

    void written(long ns) {
        moments.headSet(ns, true).clear();
        writtenNs = ns;
        changedBehind = false;
        functions.values().forEach(each -> each.writtenUntil(ns));
    }
}
