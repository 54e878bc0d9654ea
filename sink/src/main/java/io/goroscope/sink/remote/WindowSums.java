package io.goroscope.sink.remote;

import io.goroscope.sink.table.CallTotals;
import io.goroscope.sink.table.Source;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * One function of one process over time: its calls by windows, and its exact counts. A window's record is cumulative within
 * the window, so the last one per lane is the truth; it may still change some time after the window's end.
 */
final class WindowSums {

    /** So many windows stay apart after their end; what changes in older ones is no longer told. */
    private static final int KEPT = 64;

    private record Counts(long calls, long lost) {}

    private final TreeMap<Long, Map<Source, CallTotals>> windows = new TreeMap<>();
    private final Map<Source, TreeMap<Long, Counts>> counts = new HashMap<>();
    private CallTotals older = CallTotals.NONE;

    private String service = "";
    private String exe = "";
    private long createdNs = Long.MAX_VALUE;

    void window(Source lane, long startNs, long endNs, String itsService, String itsExe, CallTotals calls) {
        service = itsService;
        exe = itsExe;
        createdNs = Math.min(createdNs, startNs);
        windows.computeIfAbsent(endNs, key -> new HashMap<>()).put(lane, calls);
    }

    void counts(Source writer, long atNs, long itsCreatedNs, String itsService, String itsExe, long calls, long lost) {
        service = itsService;
        exe = itsExe;
        createdNs = Math.min(createdNs, itsCreatedNs);
        counts.computeIfAbsent(writer, key -> new TreeMap<>()).put(atNs, new Counts(calls, lost));
    }

    /** All until a moment. */
    CallTotals until(long ns) {
        CallTotals sum = older;
        for (Map<Source, CallTotals> window : windows.headMap(ns, true).values()) {
            for (CallTotals each : window.values()) {
                sum = sum.plus(each);
            }
        }
        for (TreeMap<Long, Counts> writer : counts.values()) {
            Map.Entry<Long, Counts> last = writer.floorEntry(ns);
            if (last != null) {
                sum = sum.withCounts(
                        sum.calls() + last.getValue().calls(),
                        sum.lost() + last.getValue().lost());
            }
        }
        return sum;
    }

    /** Forgets what nobody will ask for any more, since all until a moment was written. */
    void writtenUntil(long ns) {
        Map<Long, Map<Source, CallTotals>> written = windows.headMap(ns, true);
        while (written.size() > KEPT) {
            for (CallTotals each : windows.pollFirstEntry().getValue().values()) {
                older = older.plus(each);
            }
        }
        for (TreeMap<Long, Counts> writer : counts.values()) {
            Long last = writer.floorKey(ns);
            if (last != null) {
                writer.headMap(last, false).clear();
            }
        }
    }

    String service() {
        return service;
    }

    String exe() {
        return exe;
    }

    long createdNs() {
        return createdNs;
    }
}
