package io.goroscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.collector.kernel.HitCost;
import io.goroscope.streams.histogram.Log2Histogram.Unit;
import io.goroscope.streams.pairing.AbandonReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What {@code funclatency} prints of three calls of 1, 2 and 9 µs, the last with four traced calls within it. */
class LatencyReportTest {

    private static final HitCost EACH = new HitCost(100, 200, 500, 50);
    private static final RunCost COST = new RunCost(3, new RunCost.Hits(10, 20, 30), 1_000_000_000, Optional.of(EACH));

    private static LatencyReport.Row row(Unit unit) {
        FunctionLatency latency = new FunctionLatency(unit);
        latency.paired(1_000, 1_000, 0);
        latency.paired(2_000, 2_000, 0);
        latency.paired(9_000, 3_000, 4);
        latency.abandoned(AbandonReason.PANIC, 100);
        latency.abandoned(AbandonReason.DETACH, 3_000_000_000L);
        latency.abandoned(AbandonReason.DETACH, 1_000_000_000L);
        latency.unmatched = 1;
        return new LatencyReport.Row(5, "main.work", 6, latency);
    }

    private static LatencyReport report(Unit unit) {
        return new LatencyReport(new FunctionNames(List.of()), unit, false, false);
    }

    @Test
    void shouldPrintTheExactAverageTheShareOfTheProbesAndWhatHasNoDuration() {
        assertThat(report(Unit.NSECS).text(List.of(row(Unit.NSECS)), new ArrayList<>(), COST, 0))
                .startsWith("\nFunction = main.work\n     nsecs               : count     distribution\n")
                .contains("       512 -> 1023       : 1        |****************************************|\n")
                .endsWith("""
                        avg = 4000 nsecs, total: 12000 nsecs, count: 3
                        min = 1.00 us, p50 = 1.99 us, p90 = 8.84 us, p99 = 9.00 us, max = 9.00 us
                        the probes' share of it: about 983 ns a call, 24.6 % (1.3 traced calls within each)
                        calls = 6, paired = 3, abandoned (panic) = 1, still open = 2 (for up to 3.000 s), unmatched = 1

                        3 probes, 60 hits (10 counted at 100 ns, 20 cheap at 200 ns, 30 costly at 500 ns): about 20.00 us of CPU in 1.000 s, 0.0 % of one CPU
                        """);
    }

    @Test
    void shouldPrintMicrosecondsToTheNanosecond() {
        assertThat(report(Unit.USECS).text(List.of(row(Unit.USECS)), new ArrayList<>(), COST, 0))
                .contains("     usecs               : count     distribution\n")
                .contains("avg = 4.000 usecs, total: 12.000 usecs, count: 3\n");
    }

    @Test
    void shouldSayWhereTheCostOfAHitIsNotKnown() {
        RunCost unknown = new RunCost(3, new RunCost.Hits(0, 20, 30), 1_000_000_000, Optional.empty());
        assertThat(report(Unit.NSECS).text(List.of(row(Unit.NSECS)), new ArrayList<>(), unknown, 0))
                .doesNotContain("share")
                .endsWith("3 probes, 50 hits; what a hit costs could not be measured here\n");
    }

    @Test
    void shouldWriteTheSameAsJson() {
        JsonNode line = report(Unit.NSECS).json(List.of(row(Unit.NSECS)), new ArrayList<>(), COST, 2_000_000_000L, 7);
        assertThat(line.get("elapsed_s").asDouble()).isEqualTo(2);
        assertThat(line.get("lost").asLong()).isEqualTo(7);
        assertThat(line.get("cost").toString())
                .isEqualTo(
                        "{\"probes\":3,\"hits\":60,\"counted_hit_ns\":100,\"cheap_hit_ns\":200,\"costly_hit_ns\":500,"
                                + "\"cpu_ns\":20000}");
        JsonNode function = line.get("functions").get(0);
        assertThat(Map.of(
                        "calls", function.get("calls").asLong(),
                        "paired", function.get("paired").asLong(),
                        "abandoned", function.get("abandoned").asLong(),
                        "open", function.get("open").asLong(),
                        "oldest_open_ns", function.get("oldest_open_ns").asLong(),
                        "unmatched", function.get("unmatched").asLong(),
                        "sum_ns", function.get("sum_ns").asLong(),
                        "self_ns", function.get("self_ns").asLong(),
                        "probes_ns", function.get("probes_ns").asLong()))
                .isEqualTo(Map.of(
                        "calls", 6L,
                        "paired", 3L,
                        "abandoned", 1L,
                        "open", 2L,
                        "oldest_open_ns", 3_000_000_000L,
                        "unmatched", 1L,
                        "sum_ns", 12_000L,
                        "self_ns", 6_000L,
                        "probes_ns", 2_950L));
    }
}
