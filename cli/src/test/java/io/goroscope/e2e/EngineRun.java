package io.goroscope.e2e;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.RingHandler;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.collector.plan.RuntimeLayout;
import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.pairing.Pairing;
import io.goroscope.testbed.Comparison;
import io.goroscope.testbed.Observed;
import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Truth;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One run of a program under the planner, the kernel's probes and the pairing, with nothing else between them.
 *
 * @param truth what the program says
 * @param comparison of what was seen with what the program says
 * @param edges by caller and callee, those that the program keeps as well
 * @param lost events
 * @param exitCode of the program
 */
record EngineRun(Truth truth, Comparison comparison, Map<Truth.Edge, Long> edges, long lost, int exitCode) {

    /** Which events go on to the pairing as which: the ways that other tools pair, to see that the truth refutes them. */
    enum Pairs {
        /** By goroutine and depth. */
        AS_BUILT,
        /** By thread, as bcc and bpftrace do. */
        BY_THREAD,
        /** By the stack pointer instead of the depth, as if Go's stacks did not move. */
        BY_STACK_POINTER
    }

    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    static EngineRun of(TestProgram program, Pairs pairs, SessionOptions options, String... flags) {
        return of(program.binary(), pairs, options, flags);
    }

    static EngineRun of(Path binary, Pairs pairs, SessionOptions options, String... flags) {
        ImagePlan plan = plan(binary, pairs);
        Tally tally = new Tally();
        Pairing pairing = new Pairing(tally);
        try (RunningProgram running = RunningProgram.start(binary, List.of(flags));
                ProbeSession session =
                        ProbeSession.open(List.of(plan), options.withProcesses(Set.of((int) running.pid())))) {
            Handler handler = new Handler(session, pairing, pairs);
            running.release();
            CompletableFuture<Truth> told = CompletableFuture.supplyAsync(running::truth);
            while (!told.isDone()) {
                if (session.poll(handler, 10_000) == 0) {
                    LockSupport.parkNanos(IDLE_NS); // the program needs the processor, most of all in an emulator
                }
            }
            Truth truth = told.join();
            Map<Integer, Long> calls = new HashMap<>();
            session.visitCounters(
                    (int) running.pid(), (slot, count, lost) -> calls.put(session.functionOf(slot), count));
            int exitCode = running.finish();
            while (!handler.ended) {
                session.poll(handler, 10_000);
            }
            return compare(plan, truth, tally, calls, session.lostTotal(), exitCode);
        }
    }

    private static ImagePlan plan(Path binary, Pairs pairs) {
        TraceTarget target = TraceTarget.resolve(
                new TraceTarget.Request(List.of(binary + ":main.*"), 0, null, false, PlanOptions.TIMING));
        ImagePlan plan = target.plans().get(0);
        if (pairs != Pairs.BY_STACK_POINTER) {
            return plan;
        }
        RuntimeLayout layout = plan.layout();
        return plan.withLayout(new RuntimeLayout(
                true,
                layout.goidOffset(),
                layout.stackLoOffset(),
                layout.stackHiOffset(),
                layout.goroutineTlsOffset(),
                layout.morestackReturnAddress()));
    }

    private static EngineRun compare(
            ImagePlan plan, Truth truth, Tally tally, Map<Integer, Long> calls, long lost, int exitCode) {
        List<Map.Entry<String, Observed>> observed = new ArrayList<>();
        Set<String> refused = new HashSet<>();
        Map<String, Integer> numbers = new HashMap<>();
        for (FunctionPlan one : plan.functions()) {
            GoFunction function = one.function();
            if (one instanceof FunctionPlan.Probeable) {
                numbers.put(function.name(), function.index());
                long count = calls.getOrDefault(function.index(), 0L);
                observed.add(Map.entry(function.name(), tally.observed(function.index(), count)));
            } else {
                refused.add(function.name());
            }
        }
        Map<Truth.Edge, Long> edges = new HashMap<>();
        for (Truth.Edge edge : truth.edges()) {
            edges.put(edge, tally.edge(numbers.getOrDefault(edge.from(), -1), numbers.getOrDefault(edge.to(), -1)));
        }
        return new EngineRun(truth, Comparison.of(truth, observed, refused), edges, lost, exitCode);
    }

    /** Hands the ring's records to the pairing, as they are or in one of the wrong ways. */
    private static final class Handler implements RingHandler {

        private final ProbeSession session;
        private final Pairing pairing;
        private final Pairs pairs;
        private boolean ended;

        Handler(ProbeSession session, Pairing pairing, Pairs pairs) {
            this.session = session;
            this.pairing = pairing;
            this.pairs = pairs;
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
            int function = slot == NO_SLOT ? -1 : session.functionOf(slot);
            pairing.event(
                    timeNs, pairs == Pairs.BY_THREAD ? tid : identity, depth, function, what, generation, segment);
        }

        @Override
        public void onProcess(
                ProcessEvent event, long timeNs, int tgid, long detail, long startBootNs, int kernelExecId) {
            switch (event) {
                case EXIT -> {
                    pairing.closeAll(AbandonReason.PROCESS_END, timeNs);
                    ended = true;
                }
                case EXEC -> pairing.closeAll(AbandonReason.PROCESS_END, timeNs);
                case SEEN, FORK -> {
                    // One process is traced, and it is registered.
                }
            }
        }
    }
}
