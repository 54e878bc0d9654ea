package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.Collector;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What tracing finds when it comes, and leaves when it goes, in the middle of calls; and how processes end. */
class LifecycleTest {

    private static final SessionOptions OPTIONS = SessionOptions.pairs().withRingBytes(64 << 20);
    private static final int TIMES = 6;
    private static final long EVENTS_EACH = 10_000;

    /** A pair of a call that the program did not remember would count as wrong. */
    private static final int LOG_LIMIT = 2_000_000;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    /** One attachment: what it paired, and between which times it was whole. */
    private record Attachment(PairingSink sink, long fromNs, long toNs) {}

    @Test
    void shouldNeverPairWronglyWhenAttachedAgainAndAgainUnderLoad() {
        TestProgram program = program();
        TraceTarget target = CollectedRun.target(List.of(program.pattern()));
        List<Attachment> attachments = new ArrayList<>();
        Truth truth;
        try (RunningProgram running = program.start(
                "-rounds=0",
                "-control",
                "-goroutines=32",
                "-log-limit=" + LOG_LIMIT,
                "-workloads=+log,+log,+log,+log,+timed")) {
            running.release();
            for (int i = 0; i < TIMES; i++) {
                attachments.add(attach(running, target));
            }
            running.stop();
            truth = running.truth();
            assertThat(running.finish()).isZero();
        }

        assertThat(truth.problems()).isEmpty();
        assertThat(truth.logDropped()).isZero();
        assertThat(attachments).allSatisfy(each -> check(each, truth));
    }

    /** System.nanoTime and the program's clock are both CLOCK_MONOTONIC. */
    private static Attachment attach(RunningProgram running, TraceTarget target) {
        int pid = (int) running.pid();
        PairingSink sink = new PairingSink(CollectedRun.logged(target));
        ProbeSession session = ProbeSession.open(target.plans(), OPTIONS.withProcesses(Set.of(pid)));
        long fromNs = System.nanoTime();
        long toNs;
        try (Collector collector = CollectedRun.collect(session, target, pid, sink)) {
            while (sink.events() < EVENTS_EACH && collector.failure() == null && running.isAlive()) {
                Thread.onSpinWait();
            }
            toNs = System.nanoTime();
        }
        return new Attachment(sink, fromNs, toNs);
    }

    /**
     * Each pair is a remembered call's, and each remembered call that lies within the attachment has its pair.
     *
     * <p>The program reads its clock behind a call's entry, and again before its {@code ret}; between this and the {@code ret}
     * it takes a lock that all goroutines share, and waits for milliseconds. So a call is known to lie within only where its goroutine has read the clock before its entry and
     * again behind its {@code ret}, and both within.
     */
    private static void check(Attachment attachment, Truth truth) {
        Map<Long, TreeSet<Long>> clock = new HashMap<>();
        for (Truth.Call call : truth.log()) {
            clock.computeIfAbsent(call.goid(), goid -> new TreeSet<>()).addAll(List.of(call.startNs(), call.endNs()));
        }
        List<Truth.Call> missed = new ArrayList<>();
        long whole = 0;
        for (Truth.Call call : truth.log()) {
            if (CollectedRun.LOGGED.contains(call.function())) {
                boolean found = attachment.sink().pairs.find(call) != null;
                Long before = clock.get(call.goid()).lower(call.startNs());
                Long after = clock.get(call.goid()).higher(call.endNs());
                if (before != null && before > attachment.fromNs() && after != null && after < attachment.toNs()) {
                    whole++;
                    if (!found) {
                        missed.add(call);
                    }
                }
            }
        }
        assertThat(missed).isEmpty();
        assertThat(whole).isPositive();
        assertThat(attachment.sink().pairs.matched())
                .isPositive()
                .isEqualTo(attachment.sink().pairs.size());
    }

    @ParameterizedTest
    @CsvSource({"exit, 0", "return, 0", "panic, 2", "kill, 137"})
    void shouldEndWhatIsOpenWithTheProcess(String way, int exitCode) {
        EngineRun run =
                EngineRun.of(program(), EngineRun.Pairs.AS_BUILT, OPTIONS, "-rounds=1", "-held=3", "-exit=" + way);

        assertThat(run.comparison().differences()).isEmpty();
        assertThat(run.truth().byName().get("main.holdOpen").open()).isEqualTo(3);
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    private static TestProgram program() {
        return TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
    }
}
