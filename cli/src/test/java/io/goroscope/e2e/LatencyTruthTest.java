package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.kernel.HitCost;
import io.goroscope.streams.histogram.LatencyHistogram;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Durations against those of a program that spins and sleeps for known times, and looks at the clock inside and around
 * each call. The table of both distributions is written to {@code target/latency-truth.md}.
 */
class LatencyTruthTest {

    private static final String AROUND = " (around)";
    private static final double[] QUANTILES = {0.1, 0.5, 0.9, 0.99};

    @TempDir
    Path folder;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    /** One call's three durations, ns. */
    private record Call(long insideNs, long oursNs, long aroundNs) {}

    @Test
    void shouldTimeCallsAsTheProgramDoesWithinTheCostOfTheProbes() throws IOException {
        HitCost cost = HitCost.measure(folder).orElseThrow();
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
        CollectedRun run = CollectedRun.of(
                program,
                List.of(program.pattern()),
                Duration.ofMinutes(1),
                elapsed -> {},
                "-rounds=60",
                "-goroutines=4",
                "-workloads=timed");

        assertThat(run.comparison().differences()).isEmpty();
        List<String> table = new ArrayList<>(List.of(
                "| function | | p10 | p50 | p90 | p99 | average |",
                "| --- | --- | ---: | ---: | ---: | ---: | ---: |"));
        for (String function : List.of("main.spin", "main.sleep")) {
            List<Call> calls = calls(run, function);
            assertThat(calls).hasSize(240);
            // Call by call: ours lies between the program's own two.
            assertThat(calls).allSatisfy(call -> assertThat(call.oursNs()).isBetween(call.insideNs(), call.aroundNs()));
            assertThat(median(calls.stream()
                            .mapToLong(call -> call.oursNs() - call.insideNs())
                            .toArray()))
                    .as("what ours has more than the program's own")
                    .isLessThanOrEqualTo((long) (cost.entryNs() + cost.returnNs()));
            table.add(row(
                    function,
                    "the program's own",
                    calls.stream().mapToLong(Call::insideNs).toArray()));
            table.add(
                    row(function, "ours", calls.stream().mapToLong(Call::oursNs).toArray()));
        }
        table.add(String.format(
                Locale.ROOT,
                "%nA hit at an entry costs %.2f us, one at a return %.2f us; %.2f us of both lie in the duration.",
                cost.entryNs() / 1e3,
                cost.returnNs() / 1e3,
                cost.insideNs() / 1e3));
        Files.write(Path.of("target/latency-truth.md"), table);
    }

    private static List<Call> calls(CollectedRun run, String function) {
        Map<Long, Truth.Call> around = new HashMap<>();
        for (Truth.Call call : run.truth().log()) {
            if (call.function().equals(function + AROUND)) {
                around.put(call.id(), call);
            }
        }
        List<Call> calls = new ArrayList<>();
        for (Truth.Call call : run.truth().log()) {
            if (call.function().equals(function)) {
                LoggedPairs.Pair pair = run.sink().pairs.find(call);
                assertThat(pair).as("the pair of %s", call).isNotNull();
                Truth.Call outer = around.get(call.id());
                calls.add(new Call(
                        call.endNs() - call.startNs(),
                        pair.returnNs() - pair.entryNs(),
                        outer.endNs() - outer.startNs()));
            }
        }
        return calls;
    }

    private static long median(long[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private static String row(String function, String whose, long[] durations) {
        LatencyHistogram histogram = new LatencyHistogram();
        for (long duration : durations) {
            histogram.record(duration);
        }
        StringBuilder row = new StringBuilder("| " + function + " | " + whose);
        for (double quantile : QUANTILES) {
            row.append(String.format(Locale.ROOT, " | %.1f us", histogram.quantileNs(quantile) / 1e3));
        }
        return row.append(String.format(Locale.ROOT, " | %.1f us |", histogram.sumNs() / 1e3 / histogram.count()))
                .toString();
    }
}
