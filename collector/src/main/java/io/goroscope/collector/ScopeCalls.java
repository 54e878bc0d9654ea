package io.goroscope.collector;

import io.goroscope.collector.call.CallCodec;
import io.goroscope.collector.call.CallFeed;
import io.goroscope.collector.call.CapturedCall;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives captured calls to their processes. They come by a ring of their own, so that a process may be known only after its
 * first calls here, or all of them: such calls wait. Used on the collector's thread.
 */
final class ScopeCalls implements AutoCloseable {

    /**
     * For how long a call waits for its process, ns. The two programs at a place run one after the other, and the thread may be
     * taken off its CPU in between.
     */
    private static final long PATIENCE_NS = 1_000_000_000L;
    /** More calls of processes that may be none of ours would only fill the memory. */
    private static final int MOST_WAITING = 1 << 16;

    private final CallFeed feed;
    private final ProcessTable processes;
    private List<Waiting> waiting = new ArrayList<>();
    private long noRoom;

    private record Waiting(CapturedCall call, int function, long sinceNs) {}

    ScopeCalls(CallFeed feed, ProcessTable processes) {
        this.feed = feed;
        this.processes = processes;
        processes.beforeLeaving(this::takeAll);
    }

    /**
     * Takes what is in the ring: at any time, so that what a process did is there before its end.
     *
     * @return records taken
     */
    int take() {
        List<Waiting> earlier = waiting;
        waiting = new ArrayList<>();
        earlier.forEach(this::give);
        long nowNs = System.nanoTime();
        return feed.drain((call, function) -> give(new Waiting(call, function, nowNs)));
    }

    private void takeAll() {
        int taken;
        do {
            taken = take();
        } while (taken >= CallFeed.LIMIT);
    }

    /** The same when every process was told of that there was: calls that have waited since long before are not ours. */
    int settle() {
        int taken = take();
        long beforeNs = System.nanoTime() - PATIENCE_NS;
        waiting.removeIf(each -> each.sinceNs() - beforeNs < 0);
        return taken;
    }

    private void give(Waiting each) {
        if (processes.isTraced(each.call().pid())) {
            processes.captured(each.call().pid(), CallCodec.encode(each.call(), each.function(), feed.lost() + noRoom));
        } else if (waiting.size() < MOST_WAITING) {
            waiting.add(each);
        } else {
            noRoom++;
        }
    }

    void detach() {
        feed.detach();
    }

    @Override
    public void close() {
        feed.close();
    }
}
