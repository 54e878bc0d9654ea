package io.goroscope.collector.watch;

import io.goroscope.collector.Admission;
import io.goroscope.collector.Collector;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.budget.BudgetKeeper;
import io.goroscope.collector.budget.HostBudget;
import io.goroscope.collector.kernel.ExecEvents;
import io.goroscope.collector.kernel.KernelFeatures;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.process.Claims;
import io.goroscope.collector.process.ProcessIdentity;
import io.goroscope.collector.process.RunningProcesses;
import io.goroscope.collector.rules.Rule;
import io.goroscope.collector.thread.ThreadEnd;
import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attaches what the rules want, as programs start and files come and go, in a thread of its own: planning a large program takes
 * a second, in which the ring must be drained.
 */
public final class Watch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

    /** Well within the second that a new program may wait, and next to nothing at rest. */
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long SCAN_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long SCAN_WITHOUT_EVENTS_NS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Scans without a process and without its path leading to it, before a file is let go. */
    private static final int UNUSED_SCANS = 30;

    private final Collector collector;
    private final Claims claims;
    private final Optional<HostBudget> budget;
    private final Optional<ExecEvents> events;
    private final Map<FileKey, Build> builds = new HashMap<>();
    private final Set<String> problems = new HashSet<>();
    private final Thread thread = new Thread(this::run, "goroscope-watch");
    private FileJudge judge = new FileJudge(List.of());
    private List<Rule> rules = List.of();
    private volatile List<Rule> next;
    private volatile List<WatchedScope> scopes = List.of();
    private volatile List<String> said = List.of();
    private volatile boolean closing;

    private Watch(Collector collector, Claims claims, Optional<HostBudget> budget, Optional<ExecEvents> events) {
        this.collector = collector;
        this.claims = claims;
        this.budget = budget;
        this.events = events;
    }

    /**
     * Attaches to all that runs or lies there now, and goes on as programs start.
     *
     * @param collector gets the scopes
     * @param claims who says which processes are free
     * @param budget what tracing may cost, where there is a limit
     * @throws UserException if tracing is not permitted, another collector has one of the processes, or a file that a rule
     *     names cannot be read or attached to
     */
    public static Watch start(List<Rule> rules, Collector collector, Claims claims, Optional<HostBudget> budget) {
        KernelFeatures.probe().require();
        Watch watch = new Watch(collector, claims, budget, listen());
        try {
            watch.take(rules);
            watch.scan(true);
            watch.thread.start();
            return watch;
        } catch (RuntimeException e) {
            watch.events.ifPresent(ExecEvents::close);
            watch.closeKeepers();
            throw e;
        }
    }

    private static Optional<ExecEvents> listen() {
        try {
            return Optional.of(ExecEvents.open());
        } catch (RuntimeException e) {
            LOG.warn("the kernel does not tell of new programs ({}); looking at /proc instead", e.getMessage());
            return Optional.empty();
        }
    }

    /** Goes over to other rules soon: only what they change is attached and detached. */
    public void reload(List<Rule> others) {
        next = List.copyOf(others);
        LockSupport.unpark(thread);
    }

    /** What is attached. */
    public List<WatchedScope> scopes() {
        return scopes;
    }

    /** What could not be attached, a line each; empty where all is well. */
    public List<String> problems() {
        return said;
    }

    private void run() {
        long scanNs = events.isPresent() ? SCAN_NS : SCAN_WITHOUT_EVENTS_NS;
        long scanned = System.nanoTime();
        while (!closing) {
            List<Rule> others = next;
            if (others != null) {
                next = null;
                take(others);
                scanned = System.nanoTime() - scanNs;
            }
            events.ifPresent(source -> source.poll(pid -> consider(pid, false)));
            if (System.nanoTime() - scanned >= scanNs) {
                scan(false);
                scanned = System.nanoTime();
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    /** Keeps the scopes whose rule still comes first in the same way, and lets go of all others. */
    private void take(List<Rule> others) {
        rules = List.copyOf(others);
        judge = new FileJudge(rules);
        problems.clear();
        Map<FileKey, Build> before = Map.copyOf(builds);
        builds.clear();
        before.forEach((key, build) -> {
            if (build.scopes().isEmpty()) {
                return; // judged anew when it is met
            }
            Build now = judgeQuietly(key, build);
            build.scopes().forEach((rule, scope) -> {
                int was = build.rules.indexOf(rule);
                boolean same =
                        now.rules.size() > was && now.rules.subList(0, was + 1).equals(build.rules.subList(0, was + 1));
                if (same) {
                    now.scopes().put(rule, scope);
                } else {
                    detach(scope);
                }
            });
            builds.put(key, now);
        });
        publish();
    }

    private Build judgeQuietly(FileKey key, Build build) {
        try {
            return judge.judge(key, build.file(), build.path);
        } catch (UserException e) {
            problem(e);
            return new Build(key, build.path, build.buildId, List.of());
        }
    }

    /** @param strict true to throw what is wrong, false to note it */
    private void scan(boolean strict) {
        Set<FileKey> used = new HashSet<>();
        RunningProcesses.ids()
                .forEach(pid -> FileKey.of(RunningProcesses.executable(pid)).ifPresent(key -> {
                    used.add(key);
                    consider(pid, strict);
                }));
        for (Rule rule : rules) {
            if (!rule.processes().asksProcess()) {
                PathPattern.files(rule.processes().binary()).forEach(file -> prepare(file, strict));
            }
        }
        for (Build build : List.copyOf(builds.values())) {
            boolean needed = used.contains(build.key) || build.isInstalled();
            if (build.unused(!needed) >= UNUSED_SCANS) {
                build.scopes().values().forEach(this::detach);
                builds.remove(build.key);
                publish();
            }
        }
    }

    /** A process that runs, or has just begun to run something. */
    private void consider(int pid, boolean strict) {
        attempt(strict, () -> {
            Optional<FileKey> key = FileKey.of(RunningProcesses.executable(pid));
            Optional<String> path = FileJudge.pathOf(pid);
            if (key.isEmpty() || path.isEmpty()) {
                return; // it has ended
            }
            Build build = build(key.get(), FileJudge.fileOf(key.get(), path.get(), pid), path.get());
            FileJudge.ruleOf(build.rules, pid).ifPresent(rule -> attach(rule, build, pid, strict));
        });
    }

    /** A file that nobody may run yet: its first process is to be counted from its first call. */
    private void prepare(Path file, boolean strict) {
        attempt(strict, () -> FileKey.of(file).ifPresent(key -> {
            Build build = build(key, file, file.toString());
            build.rules.stream()
                    .filter(rule -> !rule.processes().asksProcess())
                    .findFirst()
                    .ifPresent(rule -> attach(rule, build, 0, strict));
        }));
    }

    private void attempt(boolean strict, Runnable what) {
        try {
            what.run();
        } catch (UserException e) {
            if (strict) {
                throw e;
            }
            problem(e);
        } catch (RuntimeException e) {
            if (strict) {
                throw e;
            }
            LOG.error("watching goes on after", e);
            problem(e);
        }
    }

    private Build build(FileKey key, Path file, String path) {
        Build known = builds.get(key);
        if (known == null) {
            known = judge.judge(key, file, path);
            known.openBy(file);
            dropTouched(known);
            builds.put(key, known);
        }
        return known;
    }

    /** A file whose times were set is met as another one; its probes must not be put in twice. */
    private void dropTouched(Build build) {
        builds.values().removeIf(other -> {
            boolean same = !build.buildId.isEmpty()
                    && other.buildId.equals(build.buildId)
                    && other.key.inode() == build.key.inode();
            if (same) {
                other.scopes().values().forEach(this::detach);
            }
            return same;
        });
    }

    /** @param pid a process that runs it, or 0 */
    private void attach(Rule rule, Build build, int pid, boolean strict) {
        if (build.scopes().containsKey(rule) || build.failed().contains(rule)) {
            return;
        }
        build.failed().add(rule);
        TraceTarget target = TraceTarget.ofBinary(
                pid == 0 ? build.file() : FileJudge.fileOf(build.key, build.path, pid),
                rule.functions().patterns(),
                rule.functions().planOptions(),
                pid);
        SessionOptions options = rule.functions().sessionOptions();
        if (rule.processes().pid() != 0) {
            options = options.withProcesses(Set.of(pid)).withSpareOthers(true);
        }
        ProbeSession session = ProbeSession.open(target.plans(), budget.isPresent() ? options.withModes() : options);
        collector.add(
                session,
                target.plans(),
                running(rule, build, strict),
                rule.service(),
                admission(rule, build, target.plans().size() == 1));
        WatchedScope scope = new WatchedScope(
                rule.name(),
                build.path,
                build.buildId,
                target.probeable().size(),
                session,
                budget.map(limit -> limit.keep(session, changes -> collector.tell(session, changes))));
        build.failed().remove(rule);
        build.scopes().put(rule, scope);
        publish();
        LOG.info(
                "attached {} functions of {} at {} places by rule {} in {} ms",
                scope.functions(),
                build.path,
                session.probes(),
                rule.name(),
                session.attachNs() / 1_000_000);
    }

    /** Processes that run it already and that are free; where it is strict, those that are not free as well. */
    private List<Integer> running(Rule rule, Build build, boolean strict) {
        List<Integer> pids = new ArrayList<>();
        RunningProcesses.ids()
                .filter(pid -> FileKey.of(RunningProcesses.executable(pid))
                        .filter(build.key::equals)
                        .isPresent())
                .filter(pid ->
                        FileJudge.ruleOf(build.rules, pid).filter(rule::equals).isPresent())
                .filter(pid -> strict || isFree(pid))
                .forEach(pids::add);
        return pids;
    }

    private boolean isFree(int pid) {
        ProcessIdentity process = ProcessIdentity.read(pid, "");
        boolean free = claims.take(process);
        if (free) {
            claims.release(process);
        }
        return free;
    }

    /** Of a process that is gone only the file is known, and not even that where several files are probed. */
    private static Admission admission(Rule rule, Build build, boolean oneFile) {
        return pid -> {
            Optional<FileKey> runs = FileKey.of(RunningProcesses.executable(pid));
            return runs.isEmpty()
                    ? oneFile && !rule.processes().asksProcess()
                    : runs.get().equals(build.key)
                            && FileJudge.ruleOf(build.rules, pid)
                                    .filter(rule::equals)
                                    .isPresent();
        };
    }

    private void detach(WatchedScope scope) {
        scope.keeper().ifPresent(BudgetKeeper::close);
        collector.remove(scope.session());
        LOG.info("detached from {}, rule {}", scope.path(), scope.rule());
    }

    private void problem(RuntimeException e) {
        String line = e instanceof UserException ? e.getMessage() : "unexpected: " + e;
        if (problems.add(line)) {
            LOG.warn(line);
            publish();
        }
    }

    private void publish() {
        scopes = builds.values().stream()
                .flatMap(build -> build.scopes().values().stream())
                .toList();
        said = problems.stream().sorted().toList();
    }

    private void closeKeepers() {
        scopes.forEach(scope -> scope.keeper().ifPresent(BudgetKeeper::close));
    }

    /** Ends the watching; what is attached stays so until the collector is closed. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = ThreadEnd.await(thread);
        events.ifPresent(ExecEvents::close);
        closeKeepers();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
