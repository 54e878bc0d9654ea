package io.goroscope.collector;

import io.goroscope.collector.call.CallCodec;
import io.goroscope.collector.call.CallFeed;
import io.goroscope.collector.call.CapturedCall;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives captured calls to their processes. They come by a ring of their own, so that a process may be known a little later
 * than its first call here: such calls wait for the end of the round. Used on the collector's thread.
 */
final class ScopeCalls implements AutoCloseable {

    private final CallFeed feed;
    private final ProcessTable processes;
    private List<Waiting> waiting = new ArrayList<>();

    private record Waiting(CapturedCall call, int function) {}

    ScopeCalls(CallFeed feed, ProcessTable processes) {
        this.feed = feed;
        this.processes = processes;
        processes.beforeLeaving(this::take);
    }

    /**
     * Takes what is in the ring: at any time, so that what a process did is there before its end.
     *
     * @return records taken
     */
    int take() {
        List<Waiting> earlier = waiting;
        waiting = new ArrayList<>();
        earlier.forEach(each -> give(each.call(), each.function()));
        return feed.drain(this::give);
    }

    /** The same when every process that there is has been told of: calls of others are not ours. */
    int settle() {
        int taken = take();
        waiting = new ArrayList<>();
        return taken;
    }

    private void give(CapturedCall call, int function) {
        if (!processes.isTraced(call.pid())) {
            waiting.add(new Waiting(call, function));
        } else {
            processes.captured(call.pid(), CallCodec.encode(call, function, feed.lost()));
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
