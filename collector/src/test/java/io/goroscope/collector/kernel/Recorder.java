package io.goroscope.collector.kernel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps what a session sends, and pairs it the simplest way that is right. */
class Recorder implements RingHandler {

    static final int ENTRY = 0;
    static final int RETURN = 1;

    final Map<Integer, Long> entries = new HashMap<>();
    final Map<Integer, Long> returns = new HashMap<>();
    final Map<Integer, Long> paired = new HashMap<>();
    final Map<Integer, Long> kinds = new HashMap<>();
    final List<String> processEvents = new ArrayList<>();
    final Map<Integer, Integer> generations = new HashMap<>();
    long events;
    long unmatched;
    /** Of these, returns of calls that began after others of their goroutine which were seen: the entry was missed. */
    long entryMissed;

    long flagged;

    private record Goroutine(int tgid, long identity, int flags) {}

    private record Frame(int slot, long depth) {}

    private final Map<Goroutine, Deque<Frame>> open = new HashMap<>();
    private final Map<Goroutine, Long> shallowest = new HashMap<>();

    static void drain(ProbeSession session, RingHandler handler) {
        while (session.poll(handler, 1000) > 0) {
            // until it is empty
        }
    }

    @Override
    public void onEvent(
            long timeNs,
            int tgid,
            int tid,
            long identity,
            long depth,
            long segment,
            int slot,
            int place,
            int what,
            int generation) {
        events++;
        generations.merge(generation, 1, Integer::sum);
        int kind = what & 0xf;
        kinds.merge(kind, 1L, Long::sum);
        if ((what & 0x70) != 0) {
            flagged++;
        }
        Goroutine goroutine = new Goroutine(tgid, identity, what >> 4);
        Deque<Frame> frames = open.computeIfAbsent(goroutine, g -> new ArrayDeque<>());
        if (kind == ENTRY) {
            shallowest.merge(goroutine, depth, Math::min);
            entries.merge(slot, 1L, Long::sum);
            while (!frames.isEmpty() && frames.peek().depth() >= depth) {
                frames.pop();
            }
            frames.push(new Frame(slot, depth));
        } else if (kind == RETURN) {
            returns.merge(slot, 1L, Long::sum);
            while (!frames.isEmpty() && frames.peek().depth() > depth) {
                frames.pop();
            }
            if (new Frame(slot, depth).equals(frames.peek())) {
                frames.pop();
                paired.merge(slot, 1L, Long::sum);
            } else {
                unmatched++;
                // A call that was open when the probes came lies outside of all that began since.
                if (shallowest.getOrDefault(goroutine, Long.MAX_VALUE) <= depth) {
                    entryMissed++;
                }
            }
        }
    }

    @Override
    public void onProcess(ProcessEvent event, long timeNs, int tgid, long detail, long startBootNs, int kernelExecId) {
        processEvents.add(event + " " + tgid + (event == ProcessEvent.EXIT ? " " + detail : ""));
    }
}
