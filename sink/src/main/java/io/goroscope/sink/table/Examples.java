package io.goroscope.sink.table;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The slowest calls of a function's latest windows. A window's call changes as long as the window is open. */
final class Examples {

    /** Prometheus keeps one a bucket and scrape, so a few are enough. */
    private static final int WINDOWS = 16;

    private record Window(Source lane, long startNs) {}

    private final Map<Window, Example> latest = new LinkedHashMap<>();

    void put(long windowStartNs, Example slowest) {
        Window window = new Window(slowest.lane(), windowStartNs);
        latest.remove(window);
        latest.put(window, slowest);
        if (latest.size() > WINDOWS) {
            latest.remove(latest.keySet().iterator().next());
        }
    }

    List<Example> list() {
        return List.copyOf(latest.values());
    }
}
