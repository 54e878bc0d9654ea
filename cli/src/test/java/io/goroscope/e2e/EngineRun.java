package io.goroscope.e2e;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.FunctionModes;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.RingHandler;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.kernel.Statistic;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.Place;
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
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;

/**
 * One run of a program under the planner, the kernel's probes and the pairing, with nothing else between them.
 *
 * @param truth what the program says
 * @param comparison of what was seen with what the program says
 * @param edges by caller and callee, those that the program keeps as well
 * @param lost events
 * @param executed returns that our program carried out
 * @param declined returns that its guard left to the kernel
 * @param unidentified hits whose goroutine could not be read
 * @param waited reads that had to wait for a page
 * @param openAtEnd calls that were open when the process ended
 * @param exitCode of the program
 */
record EngineRun(
        Truth truth,
        Comparison comparison,
        Map<Truth.Edge, Long> edges,
        long lost,
        long executed,
        long declined,
        long unidentified,
        long waited,
        long openAtEnd,
        int exitCode) {

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

    /** @param options adjustable ones do without the marker of goroutines' ends */
    static EngineRun of(TestProgram program, Pairs pairs, SessionOptions options, String... flags) {
        return of(program.binary(), pairs, options, flags);
    }

    static EngineRun of(Path binary, Pairs pairs, SessionOptions options, String... flags) {
        return of(binary, List.of(binary + ":main.*"), pairs, options, flags);
    }

    /**
     * The same of other functions.
     *
     * @param specs what to trace, as a user writes it; the program's own functions first
     */
    static EngineRun of(Path binary, List<String> specs, Pairs pairs, SessionOptions options, String... flags) {
        return beside(binary, specs, pairs, List.of(options), pid -> {}, flags).get(0);
    }

    /**
     * One run of a program under several sessions at once, each of which is as a collector of its own.
     *
     * @param before is told the program's pid when all are attached, before its first call
     * @return what each of them saw
     */
    static List<EngineRun> beside(
            Path binary, Pairs pairs, List<SessionOptions> options, IntConsumer before, String... flags) {
        return beside(binary, List.of(binary + ":main.*"), pairs, options, before, flags);
    }

    private static List<EngineRun> beside(
            Path binary,
            List<String> specs,
            Pairs pairs,
            List<SessionOptions> options,
            IntConsumer before,
            String... flags) {
        List<ImagePlan> plans = plans(specs, pairs);
        List<Observer> observers = new ArrayList<>();
        try (RunningProgram running = RunningProgram.start(binary, List.of(flags))) {
            int pid = (int) running.pid();
            for (SessionOptions one : options) {
                observers.add(Observer.attach(plans, one.withProcesses(Set.of(pid)), pairs));
            }
            before.accept(pid);
            running.release();
            CompletableFuture<Truth> told = CompletableFuture.supplyAsync(running::truth);
            while (!told.isDone()) {
                if (observers.stream().mapToInt(Observer::poll).sum() == 0) {
                    LockSupport.parkNanos(IDLE_NS); // the program needs the processor, most of all in an emulator
                }
            }
            Truth truth = told.join();
            List<Map<Integer, Long>> calls = new ArrayList<>();
            observers.forEach(observer -> calls.add(observer.calls(pid)));
            int exitCode = running.finish();
            List<EngineRun> runs = new ArrayList<>();
            for (int i = 0; i < observers.size(); i++) {
                Observer observer = observers.get(i);
                observer.pollToTheEnd();
                runs.add(compare(plans.get(0), truth, observer, calls.get(i), exitCode));
            }
            return runs;
        } finally {
            observers.forEach(observer -> observer.session().close());
        }
    }

    /** A session, and what it hands on. */
    private record Observer(ProbeSession session, Tally tally, Handler handler) {

        static Observer attach(List<ImagePlan> plans, SessionOptions options, Pairs pairs) {
            ProbeSession session = ProbeSession.open(plans, options);
            if (options.adjustable()) {
                timeAllWithoutEnds(session);
            }
            Tally tally = new Tally();
            return new Observer(session, tally, new Handler(session, new Pairing(tally), pairs));
        }

        /** As under a budget that the marker of goroutines' ends would exceed. */
        private static void timeAllWithoutEnds(ProbeSession session) {
            FunctionModes modes = session.modes();
            BitSet all = new BitSet();
            all.set(0, session.slots());
            all.stream().forEach(slot -> modes.send(slot, true, true));
            modes.markEnds(false);
            modes.probeReturns(all);
        }

        int poll() {
            return session.poll(handler, 10_000);
        }

        Map<Integer, Long> calls(int pid) {
            Map<Integer, Long> calls = new HashMap<>();
            session.visitCounters(pid, (slot, count, lost) -> calls.put(session.functionOf(slot), count));
            return calls;
        }

        void pollToTheEnd() {
            while (!handler.ended) {
                poll();
            }
        }
    }

    private static final Map<List<String>, List<ImagePlan>> PLANS = new ConcurrentHashMap<>();

    /** Every function of package main; kept, since an emulator takes seconds for it. */
    static ImagePlan plan(Path binary) {
        return plans(List.of(binary + ":main.*"), Pairs.AS_BUILT).get(0);
    }

    /** The offsets in the file at which a function of package main returns. */
    static LongStream returnsOf(Path binary, String function) {
        return plan(binary).functions().stream()
                .filter(plan -> plan.function().name().equals(function))
                .flatMap(plan -> ((FunctionPlan.Probeable) plan).returns().stream())
                .mapToLong(Place::fileOffset);
    }

    private static List<ImagePlan> plans(List<String> specs, Pairs pairs) {
        List<ImagePlan> plans = PLANS.computeIfAbsent(
                specs, key -> TraceTarget.resolve(new TraceTarget.Request(key, 0, null, false, PlanOptions.TIMING))
                        .plans());
        if (pairs != Pairs.BY_STACK_POINTER) {
            return plans;
        }
        ImagePlan plan = plans.get(0);
        RuntimeLayout layout = plan.layout();
        return List.of(plan.withLayout(new RuntimeLayout(
                true,
                layout.goidOffset(),
                layout.stackLoOffset(),
                layout.stackHiOffset(),
                layout.goroutineTlsOffset(),
                layout.morestackReturnAddress())));
    }

    private static EngineRun compare(
            ImagePlan plan, Truth truth, Observer observer, Map<Integer, Long> calls, int exitCode) {
        Tally tally = observer.tally();
        ProbeSession session = observer.session();
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
        return new EngineRun(
                truth,
                Comparison.of(truth, observed, refused),
                edges,
                session.lostTotal(),
                session.statistic(Statistic.RET_EXECUTED),
                session.statistic(Statistic.RET_DECLINED),
                session.statistic(Statistic.NO_IDENTITY),
                session.statistic(Statistic.READS_WAITED),
                observer.handler().openAtEnd,
                exitCode);
    }

    /** Hands the ring's records to the pairing, as they are or in one of the wrong ways. */
    private static final class Handler implements RingHandler {

        private final ProbeSession session;
        private final Pairing pairing;
        private final Pairs pairs;
        private boolean ended;
        private long openAtEnd;

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
                    openAtEnd = pairing.openFrames();
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
