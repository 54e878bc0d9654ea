package io.goroscope.cli;

import io.goroscope.collector.Admission;
import io.goroscope.collector.Collector;
import io.goroscope.collector.CollectorConfig;
import io.goroscope.collector.CollectorStatus;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.budget.BudgetKeeper;
import io.goroscope.collector.budget.BudgetStatus;
import io.goroscope.collector.budget.HostBudget;
import io.goroscope.collector.call.CallFeed;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.kernel.StackCount;
import io.goroscope.collector.process.Claims;
import io.goroscope.collector.process.StoppedCommand;
import io.goroscope.collector.publish.RecordSink;
import io.goroscope.collector.watch.WatchedScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Attached probes and a running collector, for as long as a command traces. */
final class Tracing implements AutoCloseable {

    private final TraceTarget target;
    private final ProbeSession session;
    private final Collector collector;
    private final StoppedCommand command;
    private final long startNs = System.nanoTime();
    private volatile BudgetKeeper keeper;

    private Tracing(TraceTarget target, ProbeSession session, Collector collector, StoppedCommand command) {
        this.target = target;
        this.session = session;
        this.collector = collector;
        this.command = command;
    }

    /** The collector of a terminal command: one lane, and exact counts as often as the command needs them. */
    static CollectorConfig config(Duration countsEvery) {
        return CollectorConfig.defaults().withLanes(1).withCountsEvery(countsEvery);
    }

    static Tracing start(
            TraceTarget target, TargetOptions options, SessionOptions session, Duration countsEvery, RecordSink sink) {
        return start(target, options, session, config(countsEvery), sink);
    }

    /**
     * Attaches, and lets the command run where there is one. The sink is closed with the tracing, or at once on failure.
     */
    static Tracing start(
            TraceTarget target,
            TargetOptions options,
            SessionOptions session,
            CollectorConfig config,
            RecordSink sink) {
        return start(target, options, new ValueOptions(), session, config, sink, Claims.NONE);
    }

    /** The same with values, for what records calls: no two collectors of a host take the same process. */
    static Tracing start(
            TraceTarget target,
            TargetOptions options,
            ValueOptions values,
            SessionOptions session,
            CollectorConfig config,
            RecordSink sink,
            Claims claims) {
        StoppedCommand command = null;
        ProbeSession probes = null;
        Collector collector = null;
        try {
            List<Integer> pids = target.pids();
            SessionOptions chosen = session;
            if (options.hasCommand()) {
                command = StoppedCommand.start(options.commandWords(), options.wantsJson());
                pids = List.of(command.pid());
            }
            if (!pids.isEmpty()) {
                chosen = chosen.withProcesses(Set.copyOf(pids)).withFollowChildren(command != null);
            }
            probes = ProbeSession.open(target.plans(), chosen);
            // A command joins with its exec: what is stopped now is the shell before it.
            List<Integer> joined = command == null ? pids : List.of();
            collector = Collector.start(config, sink, claims);
            CallFeed calls = values.open(target.plans(), Set.copyOf(pids), command != null);
            collector.add(probes, target.plans(), joined, config.service(), Admission.ALL, calls);
            if (command != null) {
                command.resume();
            }
            return new Tracing(target, probes, collector, command);
        } catch (RuntimeException e) {
            closeQuietly(e, command, probes, collector == null ? sink : collector);
            throw e;
        }
    }

    private static void closeQuietly(RuntimeException cause, AutoCloseable... opened) {
        for (AutoCloseable each : opened) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (Exception e) {
                cause.addSuppressed(e);
            }
        }
    }

    /** Says on stderr what is being done. */
    void announce(String doing) {
        int functions = target.probeable().size();
        int leftOut = target.plans().stream().mapToInt(plan -> plan.leftOut()).sum();
        System.err.printf(
                "%s %d function%s at %d places (attached in %d ms)... Hit Ctrl-C to end.%n",
                doing, functions, functions == 1 ? "" : "s", session.probes(), session.attachNs() / 1_000_000);
        if (leftOut > 0) {
            System.err.printf(
                    "%d functions of the runtime and its hottest packages are left out; --all takes them.%n", leftOut);
        }
        String unseen =
                UnseenFunctions.of(target.plans(), session.leftOut().size()).text();
        if (!unseen.isEmpty()) {
            System.err.println(unseen);
        }
    }

    /** What the collector says of itself. */
    CollectorMetrics metrics() {
        return new CollectorMetrics(collector, this::scopes, List::of);
    }

    private List<WatchedScope> scopes() {
        return target.plans().stream()
                .map(plan -> plan.image())
                .limit(1)
                .map(image -> new WatchedScope(
                        "",
                        image.displayPath(),
                        image.buildId(),
                        target.probeable().size(),
                        session,
                        Optional.ofNullable(keeper)))
                .toList();
    }

    /** How many places are probed. */
    int probes() {
        return session.probes();
    }

    /** True once what is traced has ended, or the collector has failed. */
    boolean hasEnded() {
        if (collector.failure() != null) {
            return true;
        }
        if (command != null) {
            return command.hasEnded();
        }
        return !target.pids().isEmpty()
                && target.pids().stream().noneMatch(pid -> Files.exists(Path.of("/proc/" + pid)));
    }

    /** When tracing began, on the clock of System.nanoTime. */
    long startNs() {
        return startNs;
    }

    /** For how long it has run, ns. */
    long elapsedNs() {
        return System.nanoTime() - startNs;
    }

    /** The stacks by which calls came, so far; the last ones after {@link #finish}. */
    List<StackCount> stackCounts() {
        return session.stackCounts();
    }

    /** Keeps the cost under a budget from here on. The session must be adjustable. */
    void keepUnder(HostBudget budget) {
        keeper = budget.keep(session, changes -> collector.tell(session, changes));
    }

    /** How the budget stands, where there is one. */
    Optional<BudgetStatus> budget() {
        return Optional.ofNullable(keeper).map(BudgetKeeper::status);
    }

    private void closeKeeper() {
        if (keeper != null) {
            keeper.close();
        }
    }

    CollectorStatus status() {
        return collector.status();
    }

    /** Detaches and hands everything on; the result is whole afterwards. */
    void finish() {
        closeKeeper();
        collector.close();
        if (command != null) {
            command.close();
        }
        if (collector.failure() != null) {
            throw collector.failure();
        }
    }

    @Override
    public void close() {
        closeKeeper();
        collector.close();
        if (command != null) {
            command.close();
        }
    }
}
