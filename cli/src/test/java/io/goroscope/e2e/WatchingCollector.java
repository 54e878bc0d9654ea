package io.goroscope.e2e;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.RingHandler;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.pairing.CallSink;
import io.goroscope.streams.pairing.Pairing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A collector in a process of its own, for tests to stop: attaches to a running {@code truth}, says so, says when events flow,
 * and at the end of the program prints what it saw. Its ring is small, so that it overflows soon when nobody polls.
 */
final class WatchingCollector implements RingHandler, CallSink {

    /** What it saw of the program. */
    record Seen(Map<String, Long> calls, List<Pair> logged, long paired, long uncertain, long lost) {}

    /** A call of {@code main.logged} as it was paired; times in ns of CLOCK_MONOTONIC. */
    record Pair(long goid, long startNs, long endNs) {}

    private static final int RING_BYTES = 1 << 20;
    private static final long FLOWING = 5_000;
    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ProbeSession session;
    private final Pairing pairing = new Pairing(this);
    private final List<Pair> logged = new ArrayList<>();
    private final int loggedFunction;
    private long events;
    private long paired;
    private long uncertain;
    private boolean ended;

    private WatchingCollector(ProbeSession session, int loggedFunction) {
        this.session = session;
        this.loggedFunction = loggedFunction;
    }

    public static void main(String[] words) throws Exception {
        int pid = Integer.parseInt(words[1]);
        ImagePlan plan = EngineRun.plan(Path.of(words[0]));
        Map<Integer, String> names = new HashMap<>();
        int logged = -1;
        for (FunctionPlan function : plan.functions()) {
            names.put(function.function().index(), function.function().name());
            if (function.function().name().equals("main.logged")) {
                logged = function.function().index();
            }
        }
        try (ProbeSession session = ProbeSession.open(
                List.of(plan), SessionOptions.pairs().withRingBytes(RING_BYTES).withProcesses(Set.of(pid)))) {
            System.out.println("attached");
            WatchingCollector collector = new WatchingCollector(session, logged);
            collector.pollToTheEnd(pid);
            Map<String, Long> calls = new HashMap<>();
            session.visitCounters(
                    pid, (slot, count, lost) -> calls.put(names.get(session.functionOf(slot) & 0xffffff), count));
            System.out.println(new JsonMapper()
                    .writeValueAsString(new Seen(
                            calls, collector.logged, collector.paired, collector.uncertain, session.lostTotal())));
        }
    }

    private void pollToTheEnd(int pid) {
        boolean flowing = false;
        while (!ended) {
            if (session.poll(this, 10_000) == 0) {
                // The end itself may have found no room in the ring.
                ended |= !Files.exists(Path.of("/proc/" + pid));
                LockSupport.parkNanos(IDLE_NS);
            }
            if (!flowing && events > FLOWING) {
                flowing = true;
                System.out.println("flowing");
            }
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
        int function = slot == NO_SLOT ? -1 : session.functionOf(slot);
        pairing.event(timeNs, identity, depth, function, what, generation, segment);
    }

    @Override
    public void onProcess(ProcessEvent event, long timeNs, int tgid, long detail, long startBootNs, int kernelExecId) {
        ended |= event == ProcessEvent.EXIT;
    }

    @Override
    public void entered(int function, long timeNs) {
        // The exact counters tell that.
    }

    @Override
    public void paired(int function, int caller, long durationNs, long selfNs, long timeNs, long identity, int what) {
        paired++;
        if (function == loggedFunction) {
            logged.add(new Pair(identity, timeNs - durationNs, timeNs));
        }
    }

    @Override
    public void abandoned(int function, AbandonReason reason, long openNs, long timeNs) {
        // No pair.
    }

    @Override
    public void unmatched(int function, long timeNs) {
        // No pair.
    }

    @Override
    public void uncertain(int function, long timeNs) {
        uncertain++;
    }
}
