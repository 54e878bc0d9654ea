package io.goroscope.collector.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.RingHandler;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.schemas.ModeDetail;
import io.goroscope.testbed.Requirements;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Calls timed in cycles beside all calls of the same process at the same time: the same distribution. */
class DutyCycleTest {

    private static final long RUN_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int POLL_LIMIT = 1 << 20;
    /** Half of what is promised: were returns given up with the window, long calls would be too few, by 9 %. */
    private static final double TOLERANCE = 0.05;

    private static Path binary() throws IOException {
        Path source = Path.of("src/test/go/sleeper/main.go").toAbsolutePath();
        Path binary = Path.of("target/test-go/sleeper").toAbsolutePath();
        Files.createDirectories(binary.getParent());
        Process build = new ProcessBuilder("go", "build", "-o", binary.toString(), source.toString())
                .inheritIO()
                .start();
        assertThat(build.onExit().join().exitValue()).isZero();
        return binary;
    }

    @Test
    void shouldHaveTheQuantilesOfAllCalls() throws Exception {
        Requirements.require("bpf");
        Path binary = binary();
        Process process = new ProcessBuilder(binary.toString()).start();
        List<ImagePlan> plans = TraceTarget.resolve(
                        new TraceTarget.Request(List.of(binary + ":main.sleep"), 0, null, false, PlanOptions.TIMING))
                .plans();
        SessionOptions options = SessionOptions.pairs().withProcesses(Set.of((int) process.pid()));
        try (BufferedReader out = process.inputReader()) {
            assertThat(out.readLine()).isEqualTo("ready");
            try (ProbeSession all = ProbeSession.open(plans, options);
                    ProbeSession cycled = ProbeSession.open(plans, options.withModes())) {
                compare(all, cycled, (int) process.pid());
            }
            assertThat(process.isAlive()).isTrue();
        } finally {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    private static void compare(ProbeSession all, ProbeSession cycled, int pid) {
        BitSet slots = new BitSet();
        slots.set(0);
        Durations full = new Durations();
        Durations part = new Durations();
        Windows windows = new Windows(cycled.modes(), changes -> {
            cycled.poll(part, POLL_LIMIT);
            if (changes.get(0).detail().equals(ModeDetail.WINDOW_OVER)) {
                part.forgetOpen();
            }
        });
        long end = System.nanoTime() + RUN_NS;
        while (System.nanoTime() < end) {
            long next = windows.advance(System.nanoTime(), slots);
            all.poll(full, POLL_LIMIT);
            cycled.poll(part, POLL_LIMIT);
            LockSupport.parkNanos(Math.max(1, Math.min(TimeUnit.MILLISECONDS.toNanos(5), next - System.nanoTime())));
        }
        windows.end();
        all.poll(full, POLL_LIMIT);
        System.out.printf(
                "all: %d calls, p50 %.3f ms, p99 %.3f ms; cycled: %d calls, p50 %.3f ms, p99 %.3f ms%n",
                full.count(), full.ms(0.5), full.ms(0.99), part.count(), part.ms(0.5), part.ms(0.99));
        assertThat(all.lostTotal() + cycled.lostTotal()).isZero();
        assertThat(part.count()).isGreaterThan(full.count() / 20).isLessThan(full.count() / 6);
        assertThat(part.ms(0.5)).isCloseTo(full.ms(0.5), within(TOLERANCE * full.ms(0.5)));
        assertThat(part.ms(0.99)).isCloseTo(full.ms(0.99), within(TOLERANCE * full.ms(0.99)));
        assertThat(cycled.calls(pid, 0))
                .as("exact counts of the cycled one, attached a little later")
                .isLessThanOrEqualTo(all.calls(pid, 0))
                .isGreaterThan(full.count() * 9 / 10);
    }

    /** Pairs the calls of one function that does not call itself. */
    private static final class Durations implements RingHandler {

        private static final int KIND = 0xf;

        private final Map<Long, Long> enteredNs = new HashMap<>();
        private final List<Long> durationsNs = new ArrayList<>();

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
            if ((what & KIND) == 0) {
                enteredNs.put(identity, timeNs);
            } else if ((what & KIND) == 1) {
                Long entered = enteredNs.remove(identity);
                if (entered != null) {
                    durationsNs.add(timeNs - entered);
                }
            }
        }

        @Override
        public void onProcess(
                ProcessEvent event, long timeNs, int tgid, long detail, long startBootNs, int kernelExecId) {
            // One process, which lives.
        }

        void forgetOpen() {
            enteredNs.clear();
        }

        int count() {
            return durationsNs.size();
        }

        double ms(double quantile) {
            return durationsNs.stream().sorted().toList().get((int) (quantile * count())) / 1e6;
        }
    }
}
