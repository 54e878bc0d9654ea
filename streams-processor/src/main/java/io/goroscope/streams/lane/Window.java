package io.goroscope.streams.lane;

import org.agrona.collections.Int2ObjectHashMap;

/**
 * A stretch of a lane's time, and the functions whose calls ended in it. It closes when the lane's time is so far beyond
 * its end that no event can fall in it any more ({@link TimeRules#MAX_STEP_BACK_NS}).
 */
final class Window {

    private final long startNs;
    private final long endNs;
    final Int2ObjectHashMap<WindowSeries> functions = new Int2ObjectHashMap<>();
    private boolean closed;

    Window(long startNs, long sizeNs) {
        this.startNs = startNs;
        this.endNs = startNs + sizeNs;
    }

    /** ns since 1970. */
    long startNs() {
        return startNs;
    }

    /** ns since 1970, exclusive. */
    long endNs() {
        return endNs;
    }

    boolean isClosed() {
        return closed;
    }

    /** Closes it; what was sent is dropped with the next save. */
    void close(Changes changes) {
        closed = true;
        functions.values().forEach(changes::addUnsaved);
    }
}
