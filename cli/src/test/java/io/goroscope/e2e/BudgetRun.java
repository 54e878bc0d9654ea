package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.Collector;
import io.goroscope.collector.CollectorConfig;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.budget.BudgetKeeper;
import io.goroscope.collector.budget.BudgetStatus;
import io.goroscope.collector.budget.HitPrices;
import io.goroscope.collector.budget.HostBudget;
import io.goroscope.collector.budget.Limits;
import io.goroscope.collector.kernel.HitCost;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.collector.publish.RecordSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Segments of load on a real program, traced under a budget and untraced in turn. */
final class BudgetRun implements AutoCloseable {

    private static final int EXACT_REQUESTS = 300;
    private static final int EXACT_CONNECTIONS = 50;
    private static final int CLIENTS = 4;
    /** Name of the keeper's thread, as the kernel cuts it. */
    private static final String KEEPER = "goroscope-budge";

    private static final double NS_PER_S = 1e9;
    private static final long WARM_UP_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(30);

    private final RealProgram program;
    private final int pid;
    private final Limits limits;
    private final HitPrices prices;
    private final TraceTarget target;
    private final AtomicLong requests = new AtomicLong();
    private final List<Double> ratios = new ArrayList<>();
    private final List<Double> cpuRatios = new ArrayList<>();
    private final List<Thread> clients = new ArrayList<>();
    private final List<Double> untilWithinS = new ArrayList<>();
    private final List<Double> loads = new ArrayList<>();
    private final List<Double> keeperShares = new ArrayList<>();
    private volatile boolean loading;
    private volatile boolean closing;

    BudgetRun(RealProgram program, double percent) throws IOException {
        this.program = program;
        this.pid = Integer.parseInt(program.pid());
        this.limits = new Limits(percent, percent);
        this.prices = HitPrices.of(
                HitCost.measure(Path.of(System.getProperty("java.io.tmpdir"))).orElseThrow());
        this.target = TraceTarget.resolve(new TraceTarget.Request(List.of("*"), pid, null, false, PlanOptions.TIMING));
        for (int client = 0; client < CLIENTS; client++) {
            Thread thread = new Thread(this::load, "load");
            thread.start();
            clients.add(thread);
        }
    }

    private void load() {
        try (PlainConnection connection = program.connect()) {
            while (!closing) {
                if (loading) {
                    assertThat(connection.isAnswered()).isTrue();
                    requests.incrementAndGet();
                } else {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Throughput throughput(Duration length) {
        ThreadTimes programBefore = ThreadTimes.of(program.pid());
        ThreadTimes oursBefore = ThreadTimes.of("self");
        long before = requests.get();
        long begin = System.nanoTime();
        LockSupport.parkNanos(length.toNanos());
        long answered = requests.get() - before;
        double perS = answered * NS_PER_S / (System.nanoTime() - begin);
        double programS = ThreadTimes.of(program.pid()).since(programBefore).totalS();
        return new Throughput(perS, programS / answered, ThreadTimes.of("self").since(oursBefore));
    }

    /**
     * What a segment gave.
     *
     * @param cpuPerRequestS CPU time of the program
     * @param ours CPU time of the threads of this process: clients and collector
     */
    private record Throughput(double perS, double cpuPerRequestS, ThreadTimes ours) {}

    /** Runs segments, an untraced one before each traced one. */
    void segments(int count, Duration length) throws IOException {
        loading = true;
        LockSupport.parkNanos(WARM_UP_NS);
        for (int segment = 1; segment <= count; segment++) {
            Throughput untraced = throughput(length);
            traced(segment, length, untraced, segment == count);
        }
        List<Double> sorted = ratios.stream().sorted().toList();
        System.out.printf(
                Locale.ROOT,
                "budget of %.0f %%: within it after %.2f s at most; %d segments, throughput traced by untraced: median %.3f,"
                        + " spread %.3f to %.3f; CPU of the program per request: median %.3f; the keeper's own: %.2f %% of a CPU%n",
                limits.processPercent(),
                longestUntilWithinS(),
                count,
                medianRatio(),
                sorted.get(0),
                sorted.get(count - 1),
                median(cpuRatios),
                medianKeeperShare() * 100);
    }

    private void traced(int segment, Duration length, Throughput untraced, boolean last) throws IOException {
        SessionOptions options =
                SessionOptions.pairs().withProcesses(Set.of(pid)).withModes();
        ProbeSession session = ProbeSession.open(target.plans(), options);
        Collector collector =
                Collector.start(session, target.plans(), List.of(pid), CollectorConfig.defaults(), new Discard());
        try (collector;
                BudgetKeeper keeper = new HostBudget(limits, () -> prices)
                        .keep(session, changes -> collector.tell(session, changes))) {
            long begin = System.nanoTime();
            BudgetStatus now = keeper.status();
            while (now.equals(BudgetStatus.NONE) || now.load() > 1) {
                assertThat(System.nanoTime() - begin).as("%s", now).isLessThan(LIMIT_NS);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
                now = keeper.status();
            }
            double withinS = (System.nanoTime() - begin) / NS_PER_S;
            untilWithinS.add(withinS);
            while (keeper.status().steps() == 0) { // returns are still being attached
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
            Throughput traced = throughput(length);
            loads.add(keeper.status().load());
            keeperShares.add(traced.ours().ofS(KEEPER) * NS_PER_S / length.toNanos());
            ratios.add(traced.perS() / untraced.perS());
            cpuRatios.add(traced.cpuPerRequestS() / untraced.cpuPerRequestS());
            System.out.printf(
                    Locale.ROOT,
                    "segment %d: attached %d places, within the budget after %.2f s, %.0f requests/s traced, %.0f untraced;"
                            + " CPU of the program per request %.3f of that untraced; CPU ms of our threads: %s; untraced: %s; %s%n",
                    segment,
                    session.probes(),
                    withinS,
                    traced.perS(),
                    untraced.perS(),
                    cpuRatios.get(cpuRatios.size() - 1),
                    traced.ours().dearest(),
                    untraced.ours().dearest(),
                    keeper.status());
            if (last) {
                beExact(session, keeper);
            }
        }
        assertThat(program.isAlive()).isTrue();
    }

    /** What stayed on, beside a session that only counts, over the same requests; at rest before and after. */
    private void beExact(ProbeSession session, BudgetKeeper keeper) throws IOException {
        loading = false;
        try (ProbeSession truth =
                ProbeSession.open(target.plans(), SessionOptions.count().withProcesses(Set.of(pid)))) {
            settle();
            BitSet on = keeper.probes();
            Reading before = Reading.of(session, truth, pid);
            for (int i = 0; i < EXACT_REQUESTS; i++) {
                assertThat(program.isAnswered()).isTrue();
            }
            // The load calls next to nothing that could stay on; what accepts a connection could.
            for (int i = 0; i < EXACT_CONNECTIONS; i++) {
                try (PlainConnection connection = program.connect()) {
                    assertThat(connection.isAnswered()).isTrue();
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
            settle();
            Reading after = Reading.of(session, truth, pid);
            on.and(keeper.probes());
            int compared = 0;
            for (int slot = on.nextSetBit(0); slot >= 0; slot = on.nextSetBit(slot + 1)) {
                int function = session.functionOf(slot);
                long expected = after.truly(function) - before.truly(function);
                if (expected > 0 && before.isAtRest(function) && after.isAtRest(function)) {
                    assertThat(after.seen(function) - before.seen(function))
                            .as("calls of function %d", function)
                            .isEqualTo(expected);
                    compared++;
                }
            }
            System.out.printf(
                    "%d functions that stayed on and were called by %d requests and %d connections: counts exact%n",
                    compared, EXACT_REQUESTS, EXACT_CONNECTIONS);
            assertThat(compared).isPositive();
        }
    }

    /**
     * Calls so far by function, once as the session under the budget has them, and before and after that as the truth has them:
     * even a program that nobody asks for anything calls something now and then.
     */
    private record Reading(Map<Integer, Long> earlier, Map<Integer, Long> ours, Map<Integer, Long> later) {

        static Reading of(ProbeSession session, ProbeSession truth, int pid) {
            return new Reading(counts(truth, pid), counts(session, pid), counts(truth, pid));
        }

        private static Map<Integer, Long> counts(ProbeSession session, int pid) {
            Map<Integer, Long> counts = new HashMap<>();
            session.visitCounters(pid, (slot, calls, lost) -> counts.put(session.functionOf(slot), calls));
            return counts;
        }

        long seen(int function) {
            return ours.getOrDefault(function, 0L);
        }

        long truly(int function) {
            return earlier.getOrDefault(function, 0L);
        }

        boolean isAtRest(int function) {
            return truly(function) == later.getOrDefault(function, 0L);
        }
    }

    private void settle() {
        long seen = -1;
        while (requests.get() != seen) {
            seen = requests.get();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    /** From attaching until the cost is seen to be within the budget, s. */
    double medianUntilWithinS() {
        return median(untilWithinS);
    }

    /** The same where it took longest. */
    double longestUntilWithinS() {
        return Collections.max(untilWithinS);
    }

    /** Cost by budget at the end of a traced segment. */
    double medianLoad() {
        return median(loads);
    }

    /** CPU time that the keeper itself takes, as a part of one CPU. */
    double medianKeeperShare() {
        return median(keeperShares);
    }

    /** Throughput of a traced segment by that of the untraced one before it. */
    double medianRatio() {
        return median(ratios);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    @Override
    public void close() {
        closing = true;
        for (Thread client : clients) {
            try {
                client.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Takes everything and keeps nothing. */
    private static final class Discard implements RecordSink {
        @Override
        public boolean offer(OutgoingRecord record) {
            return true;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
