package io.goroscope.collector.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole way through the real kernel: what the traced program says about its calls is what the session says. */
class ProbeSessionTest {

    private static final String FUNCTIONS = "^main.(leaf|fib|grow|throws|catches|quits|blocks|reads)$";
    private static final List<String> ALWAYS_RETURN =
            List.of("main.leaf", "main.fib", "main.grow", "main.catches", "main.blocks", "main.reads");
    private static final int OVERFLOWING_RUNS = 20;

    private static ImagePlan plan;

    @BeforeAll
    static void findFunctions() throws Exception {
        Requirement.bpf();
        plan = ObjdumpPlan.of(CountedProgram.binary(), FUNCTIONS);
        assertThat(plan.functions()).hasSize(8);
        assertThat(plan.markers()).hasSize(4);
    }

    @Test
    void shouldCountEveryCallOfAProcess() throws Exception {
        try (CountedProgram program = CountedProgram.start();
                CountedProgram other = CountedProgram.start();
                ProbeSession session =
                        ProbeSession.open(List.of(plan), SessionOptions.count().withProcesses(Set.of(program.pid())))) {
            program.run(8, 50);
            other.run(1, 3);

            assertThat(counted(session, program.pid())).isEqualTo(program.counts());
            assertThat(session.lostTotal()).isZero();
            assertThat(session.probes()).isEqualTo(8);
        }
    }

    @Test
    void shouldAddUpCountersThatAreSplitForManyCpus() throws Exception {
        assertThat(List.of(1, 32, 33, 128)).extracting(KernelFeatures::shardsOf).containsExactly(1, 1, 2, 4);
        KernelFeatures many = KernelFeatures.withCounterShards(2);
        try (CountedProgram program = CountedProgram.start();
                ProbeSession session = ProbeSession.open(
                        List.of(plan), SessionOptions.count().withProcesses(Set.of(program.pid())), many)) {
            program.run(8, 50);

            assertThat(counted(session, program.pid())).isEqualTo(program.counts());
        }
    }

    @Test
    void shouldCountEveryProcessOfABinaryFromItsFirstCall() throws Exception {
        try (ProbeSession session = ProbeSession.open(List.of(plan), SessionOptions.count());
                CountedProgram one = CountedProgram.start();
                CountedProgram two = CountedProgram.start()) {
            one.run(2, 10);
            two.run(3, 5);
            Recorder recorder = new Recorder();
            Recorder.drain(session, recorder);

            assertThat(recorder.processEvents).containsExactlyInAnyOrder("SEEN " + one.pid(), "SEEN " + two.pid());
            assertThat(counted(session, one.pid())).isEqualTo(one.counts());

            session.register(one.pid());
            one.run(2, 10);

            assertThat(counted(session, one.pid())).isEqualTo(one.counts());
            assertThat(counted(session, two.pid())).isEqualTo(two.counts());
        }
    }

    @Test
    void shouldSendEntryAndReturnOfEveryCall() throws Exception {
        try (CountedProgram program = CountedProgram.start();
                ProbeSession session =
                        ProbeSession.open(List.of(plan), SessionOptions.pairs().withProcesses(Set.of(program.pid())))) {
            Recorder recorder = new Recorder();
            program.run(8, 20);
            Recorder.drain(session, recorder);
            Map<String, Long> truth = program.counts();

            assertThat(named(session, recorder.entries)).isEqualTo(truth);
            Map<String, Long> returned = named(session, recorder.paired);
            for (String function : ALWAYS_RETURN) {
                assertThat(returned.get(function)).as(function).isEqualTo(truth.get(function));
            }
            assertThat(returned).doesNotContainKeys("main.throws", "main.quits");
            assertThat(recorder.unmatched).isZero();
            assertThat(recorder.flagged).isZero();
            assertThat(session.lostTotal()).isZero();
            assertThat(recorder.kinds.keySet())
                    .as("markers of panics, Goexit and ends")
                    .hasSizeGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void shouldStayExactWhenTheRingOverflows() throws Exception {
        try (CountedProgram program = CountedProgram.start();
                ProbeSession session = ProbeSession.open(
                        List.of(plan), SessionOptions.pairs().withRingBytes(1).withProcesses(Set.of(program.pid())))) {
            Recorder recorder = new Recorder();
            // Until records came after a loss, which need not be in the first run.
            for (int i = 0; i < OVERFLOWING_RUNS && recorder.generations.size() <= 1; i++) {
                CompletableFuture<Void> run = CompletableFuture.runAsync(() -> program.run(8, 20));
                while (!run.isDone()) { // takes a few whenever some were lost, so that loss and events alternate
                    long lost = session.lostTotal();
                    session.poll(recorder, 20);
                    while (session.lostTotal() == lost && !run.isDone()) {
                        Thread.onSpinWait();
                    }
                }
                run.join();
                Recorder.drain(session, recorder);
            }
            Map<String, Long> truth = program.counts();
            Map<String, Long> lost = new HashMap<>();
            session.visitCounters(
                    program.pid(), (slot, calls, missed) -> lost.put(ObjdumpPlan.name(plan, slot), missed));

            assertThat(counted(session, program.pid())).isEqualTo(truth);
            Map<String, Long> entries = named(session, recorder.entries);
            Map<String, Long> returns = named(session, recorder.returns);
            for (String function : ALWAYS_RETURN) {
                long received = entries.getOrDefault(function, 0L) + returns.getOrDefault(function, 0L);
                assertThat(received + lost.get(function)).as(function).isEqualTo(2 * truth.get(function));
            }
            assertThat(session.lostTotal()).isPositive();
            assertThat(recorder.generations.keySet())
                    .as("records after a loss carry it")
                    .hasSizeGreaterThan(1);
        }
    }

    @Test
    void shouldTellTheEndOfAProcessInOrder() throws Exception {
        try (CountedProgram program = CountedProgram.start();
                ProbeSession session =
                        ProbeSession.open(List.of(plan), SessionOptions.pairs().withProcesses(Set.of(program.pid())))) {
            program.exec();
            program.run(1, 1);
            program.quit();
            Recorder recorder = new Recorder();
            Recorder.drain(session, recorder);

            assertThat(recorder.processEvents).containsExactly("EXEC " + program.pid(), "EXIT " + program.pid() + " 0");
        }
    }

    @Test
    void shouldCountEachLifeOfAProcessThatExecsItself() throws Exception {
        try (CountedProgram program = CountedProgram.start();
                ProbeSession session =
                        ProbeSession.open(List.of(plan), SessionOptions.count().withProcesses(Set.of(program.pid())))) {
            List<Map<String, Long>> lives = new ArrayList<>();
            List<Map<String, Long>> truth = new ArrayList<>();
            for (int life = 1; life <= 4; life++) {
                program.run(life, life);
                truth.add(program.counts());
                program.exec();
            }
            RingHandler handler = new Recorder() {
                @Override
                public void onProcess(
                        ProcessEvent event, long timeNs, int tgid, long detail, long startBootNs, int kernelExecId) {
                    assertThat(event).isEqualTo(ProcessEvent.EXEC);
                    lives.add(counted(session, tgid));
                    session.register(tgid, kernelExecId);
                }
            };
            Recorder.drain(session, handler);

            assertThat(lives).isEqualTo(truth);

            program.run(2, 2);
            assertThat(counted(session, program.pid())).isEqualTo(program.counts());
        }
    }

    @Test
    void shouldCountEachLifeEvenIfItIsHeardOfLate() throws Exception {
        try (ProbeSession session = ProbeSession.open(List.of(plan), SessionOptions.count());
                CountedProgram program = CountedProgram.start()) {
            List<Map<String, Long>> lives = new ArrayList<>();
            List<Map<String, Long>> truth = new ArrayList<>();
            for (int life = 1; life <= 3; life++) {
                program.run(life, life);
                truth.add(program.counts());
                program.exec();
            }
            RingHandler handler = new Recorder() {
                @Override
                public void onProcess(
                        ProcessEvent event, long timeNs, int tgid, long detail, long startBootNs, int kernelExecId) {
                    if (event == ProcessEvent.EXEC) {
                        lives.add(counted(session, tgid));
                    }
                    session.register(tgid, kernelExecId);
                }
            };
            Recorder.drain(session, handler);

            assertThat(lives).isEqualTo(truth);
        }
    }

    @Test
    void shouldPairEveryCallOnKernelsWithoutUprobeMulti() throws Exception {
        KernelFeatures older = KernelFeatures.withoutUprobeMulti();
        try (CountedProgram program = CountedProgram.start();
                ProbeSession session = ProbeSession.open(
                        List.of(plan), SessionOptions.pairs().withProcesses(Set.of(program.pid())), older)) {
            Recorder recorder = new Recorder();
            program.run(4, 10);
            Recorder.drain(session, recorder);
            Map<String, Long> truth = program.counts();

            assertThat(counted(session, program.pid())).isEqualTo(truth);
            Map<String, Long> returned = named(session, recorder.paired);
            for (String function : ALWAYS_RETURN) {
                assertThat(returned.get(function)).as(function).isEqualTo(truth.get(function));
            }
            assertThat(recorder.unmatched).isZero();
            assertThat(session.lostTotal()).isZero();
        }
    }

    @Test
    void shouldSpareOtherProcesses() throws Exception {
        try (CountedProgram program = CountedProgram.start();
                CountedProgram other = CountedProgram.start();
                ProbeSession session = ProbeSession.open(
                        List.of(plan),
                        SessionOptions.count()
                                .withProcesses(Set.of(program.pid()))
                                .withSpareOthers(true))) {
            program.run(2, 2);
            other.run(2, 2);

            assertThat(counted(session, program.pid())).isEqualTo(program.counts());
            assertThat(hasBreakpoint(program.pid())).isTrue();
            assertThat(hasBreakpoint(other.pid())).isFalse();
        }
    }

    /** Whether the first function's entry place is a breakpoint in the memory of a process. */
    private static boolean hasBreakpoint(int pid) throws IOException {
        FunctionPlan.Probeable first = (FunctionPlan.Probeable) plan.functions().get(0);
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
            memory.seek(first.entry().address());
            return memory.read() == 0xcc;
        }
    }

    @Test
    void shouldRefuseAFileThatWasReplaced() throws Exception {
        ImagePlan stale = new ImagePlan(
                ObjdumpPlan.image(Path.of("/bin/true")), plan.layout(), plan.functions(), plan.markers(), 0);
        ImagePlan moved = new ImagePlan(
                new Image(
                        plan.image().path(),
                        plan.image().displayPath(),
                        "test",
                        plan.image().compiler(),
                        "amd64",
                        "",
                        "",
                        "",
                        Map.of(),
                        stale.image().device(),
                        stale.image().inode()),
                plan.layout(),
                plan.functions(),
                plan.markers(),
                0);

        assertThatThrownBy(() -> ProbeSession.open(List.of(moved), SessionOptions.count()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("was replaced");
    }

    @Test
    void shouldSayThatAProcessIsGone() {
        assertThatThrownBy(() ->
                        ProbeSession.open(List.of(plan), SessionOptions.count().withProcesses(Set.of(4_194_303))))
                .isInstanceOf(UserException.class)
                .hasMessage("cannot attach to pid=4194303: no such process");
    }

    private static Map<String, Long> counted(ProbeSession session, int pid) {
        Map<String, Long> counts = new HashMap<>();
        session.visitCounters(pid, (slot, calls, lost) -> counts.put(ObjdumpPlan.name(plan, slot), calls));
        return counts;
    }

    private static Map<String, Long> named(ProbeSession session, Map<Integer, Long> bySlot) {
        Map<String, Long> named = new HashMap<>();
        bySlot.forEach((slot, count) -> named.put(ObjdumpPlan.name(plan, session.functionOf(slot) & 0xffffff), count));
        return named;
    }
}
