package io.goroscope.collector;

import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.publish.ModeChange;
import java.util.List;

/**
 * Probes that came together and go together, and the processes that hit them. Used on the collector's thread.
 *
 * @param calls those that are captured with their values; null where none are
 */
record Scope(ProbeSession session, ProcessTable processes, ScopeCalls calls) implements AutoCloseable {

    /** Events that are taken at once. */
    static final int POLL_LIMIT = 64 * 1024;

    /**
     * Takes what is in the rings, and sends what has waited long enough.
     *
     * @return events taken
     */
    int round() {
        int events = session.poll(processes, POLL_LIMIT);
        if (calls != null) {
            events += events < POLL_LIMIT ? calls.settle() : calls.take();
        }
        processes.flush(System.nanoTime());
        return events;
    }

    /** Tells every lane of changes of modes, behind the events that are in the ring by now. */
    void tell(List<ModeChange> changes) {
        int events;
        do {
            events = session.poll(processes, POLL_LIMIT);
        } while (events == POLL_LIMIT);
        processes.tell(changes, System.nanoTime());
    }

    /** Detaches; what is in the rings can still be taken. */
    void detach() {
        session.detach();
        if (calls != null) {
            calls.detach();
        }
    }

    /** Detaches, takes what was in the rings when the last probe went, and says goodbye for every process. */
    void end() {
        detach();
        int events;
        do {
            events = round();
        } while (events > 0);
        processes.leaveAll(System.nanoTime());
    }

    @Override
    public void close() {
        try (session) {
            if (calls != null) {
                calls.close();
            }
        }
    }
}
