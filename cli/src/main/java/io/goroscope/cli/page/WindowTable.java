package io.goroscope.cli.page;

import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.LatencyWindow;
import io.goroscope.schemas.avro.WindowKey;
import io.goroscope.sink.table.CallTotals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The last windows of every function. A window's record may come again and again while it fills; the last one of each
 * lane counts, and lanes are summed. Not safe for use by several threads.
 */
final class WindowTable {

    /** A function of a service's build. */
    record Key(String service, String buildId, int function) {}

    /**
     * One window, summed over lanes.
     *
     * @param startNs its start, ns since 1970
     * @param endNs its end, exclusive
     * @param totals what ended in it
     * @param version rises with every change of the table
     */
    record Column(long startNs, long endNs, CallTotals totals, long version) {}

    private static final class Window {
        private final Map<LaneId, CallTotals> lanes = new HashMap<>();
        private Column sum;
    }

    /** Windows kept of each function: 15 minutes of seconds. */
    static final int KEPT = 900;

    /** How far ahead of this machine's clock a window may end and still be taken for the present. */
    private static final long CLOCK_SLACK_NS = 10_000_000_000L;

    private final Map<Key, NavigableMap<Long, Window>> functions = new HashMap<>();
    private final Map<String, Long> heads = new HashMap<>();
    private final Map<String, Long> firsts = new HashMap<>();
    private long version;

    /** Takes a record; null for a tombstone, which changes nothing: windows leave by age here. */
    void apply(WindowKey key, LatencyWindow value, long nowMs) {
        if (value == null) {
            return;
        }
        CallTotals totals = CallTotals.of(value.getSummary());
        NavigableMap<Long, Window> windows = functions.computeIfAbsent(
                new Key(value.getService(), key.getBuildId(), key.getFunction()), any -> new TreeMap<>());
        Window window = windows.computeIfAbsent(key.getStartNs(), any -> new Window());
        window.lanes.put(key.getSource(), totals);
        CallTotals sum = window.lanes.values().stream().reduce(CallTotals.NONE, CallTotals::plus);
        window.sum = new Column(key.getStartNs(), value.getEndNs(), sum, ++version);
        if (windows.size() > KEPT) {
            windows.pollFirstEntry();
        }
        if (value.getEndNs() <= nowMs * 1_000_000 + CLOCK_SLACK_NS) {
            heads.merge(value.getService(), value.getEndNs(), Math::max);
            firsts.merge(value.getService(), key.getStartNs(), Math::min);
        }
    }

    void clear() {
        functions.clear();
        heads.clear();
        firsts.clear();
    }

    /** The newest end of a window of a service, ns since 1970; 0 where there is none. */
    long headNs(String service) {
        return heads.getOrDefault(service, 0L);
    }

    /** The first start of a window of a service, ns since 1970; 0 where there is none. */
    long firstNs(String service) {
        return firsts.getOrDefault(service, 0L);
    }

    /** What ended in the windows of a function that begin at {@code fromNs} or later. */
    CallTotals since(Key function, long fromNs) {
        NavigableMap<Long, Window> windows = functions.get(function);
        if (windows == null) {
            return CallTotals.NONE;
        }
        return windows.tailMap(fromNs, true).values().stream()
                .map(window -> window.sum.totals())
                .reduce(CallTotals.NONE, CallTotals::plus);
    }

    /** The windows of a function that changed after {@code version}, oldest first. */
    List<Column> changedAfter(Key function, long afterVersion) {
        List<Column> changed = new ArrayList<>();
        NavigableMap<Long, Window> windows = functions.get(function);
        if (windows != null) {
            windows.values().stream()
                    .map(window -> window.sum)
                    .filter(column -> column.version() > afterVersion)
                    .forEach(changed::add);
        }
        return changed;
    }

    /** The window of a function with a start, where it is kept. */
    Optional<Column> at(Key function, long startNs) {
        NavigableMap<Long, Window> windows = functions.get(function);
        return Optional.ofNullable(windows == null ? null : windows.get(startNs))
                .map(window -> window.sum);
    }

    /** The functions that have windows. */
    List<Key> functions() {
        return new ArrayList<>(functions.keySet());
    }
}
