package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A collector that stands still for a while under load: the program goes on, counts stay exact, and no pair is wrong. */
class StoppedCollectorTest {

    private static final long LIMIT_NS = 240_000_000_000L;
    private static final long POLL_NS = 10_000_000L;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long TICKS = 20;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
        Requirements.require("go");
    }

    @Test
    void shouldPairNothingWronglyAfterTwoSeconds() throws Exception {
        stopFor(2);
    }

    @Test
    @Tag("soak")
    void shouldPairNothingWronglyAfterThirtySeconds() throws Exception {
        stopFor(30);
    }

    /** @param stoppedS for how long, s */
    private static void stopFor(int stoppedS) throws Exception {
        Path binary =
                TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL).binary();
        int durationS = 2 * stoppedS + 8;
        try (RunningProgram program =
                RunningProgram.start(binary, List.of("-rounds=0", "-duration=" + durationS + "s", "-pace=5ms"))) {
            Process collector = collector(binary, program.pid());
            try (BufferedReader out = collector.inputReader(StandardCharsets.UTF_8)) {
                assertThat(out.readLine()).isEqualTo("attached");
                program.release();
                assertThat(out.readLine()).isEqualTo("flowing");
                signal(collector, "STOP");
                awaitProgress(program, stoppedS);
                signal(collector, "CONT");
                Truth truth = program.truth();
                assertThat(program.finish()).isZero();
                String json = out.readLine();
                assertThat(json).startsWith("{");
                compare(truth, new JsonMapper().readValue(json, WatchingCollector.Seen.class));
            } finally {
                collector.destroyForcibly();
            }
        }
    }

    private static void compare(Truth truth, WatchingCollector.Seen seen) {
        assertThat(seen.lost()).as("the ring overflowed").isPositive();
        for (Truth.Function function : truth.functions()) {
            if (function.kind() == Truth.Kind.NORMAL) {
                assertThat(seen.calls().getOrDefault(function.name(), 0L))
                        .as("calls of " + function.name())
                        .isEqualTo(function.calls());
            }
        }
        assertThat(truth.logDropped()).isZero();
        Map<Long, List<Truth.Call>> byGoroutine = new HashMap<>();
        truth.log().forEach(call -> byGoroutine
                .computeIfAbsent(call.goid(), goid -> new ArrayList<>())
                .add(call));
        Set<Long> found = new HashSet<>();
        for (WatchingCollector.Pair pair : seen.logged()) {
            Truth.Call call = outermostWithin(pair, byGoroutine.getOrDefault(pair.goid(), List.of()));
            assertThat(call).as("the call of " + pair).isNotNull();
            assertThat(found.add(call.id())).as("a call is paired once").isTrue();
        }
        assertThat(found).as("pairs from before and after").hasSizeGreaterThan(50);
    }

    /** The call that a pair is about: it spans every other one within. Null if there is none: a pair of two calls' ends. */
    private static Truth.Call outermostWithin(WatchingCollector.Pair pair, List<Truth.Call> calls) {
        List<Truth.Call> within = calls.stream()
                .filter(call -> call.startNs() >= pair.startNs() && call.endNs() <= pair.endNs())
                .toList();
        return within.stream()
                .filter(call -> within.stream()
                        .allMatch(other -> call.startNs() <= other.startNs() && call.endNs() >= other.endNs()))
                .findFirst()
                .orElse(null);
    }

    private static Process collector(Path binary, long pid) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WatchingCollector.class.getName(),
                        binary.toString(),
                        String.valueOf(pid))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void signal(Process process, String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** Waits until so much time has gone by, and the program has used some of it: it goes on though nobody takes events. */
    private static void awaitProgress(RunningProgram program, int seconds) throws IOException {
        long ticks = ticks(program) + TICKS;
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < seconds * NS_PER_S || ticks(program) < ticks) {
            assertThat(System.nanoTime() - begin).as("the program runs on").isLessThan(LIMIT_NS);
            LockSupport.parkNanos(POLL_NS);
        }
    }

    /** Processor time of the program, in hundredths of a second: utime and stime of proc_pid_stat(5). */
    private static long ticks(RunningProgram program) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + program.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
