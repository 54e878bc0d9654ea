package io.goroscope.streams.histogram;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.schemas.avro.Distribution;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {

    @Property(tries = 1000)
    void shouldCountEachDurationOnceInEitherOrder(
            @ForAll @Size(max = 60) List<@LongRange(min = 0, max = Long.MAX_VALUE / 100) Long> first,
            @ForAll @Size(max = 60) List<@LongRange(min = 0, max = 20_000) Long> second) {
        LatencyHistogram all = new LatencyHistogram();
        LatencyHistogram a = new LatencyHistogram();
        LatencyHistogram b = new LatencyHistogram();
        Map<Integer, Long> expected = new TreeMap<>();
        for (List<Long> part : List.of(first, second)) {
            for (long ns : part) {
                all.record(ns);
                (part == first ? a : b).record(ns);
                expected.merge(LatencyGrid.index(ns), 1L, Long::sum);
            }
        }
        a.add(b);
        Distribution distribution = all.toDistribution();
        assertThat(a.toDistribution()).isEqualTo(distribution);
        assertThat(distribution.getIndexes()).containsExactlyElementsOf(expected.keySet());
        assertThat(distribution.getCounts()).containsExactlyElementsOf(expected.values());
        assertThat(all.count()).isEqualTo(first.size() + (long) second.size());
        LatencyHistogram read = new LatencyHistogram();
        read.add(distribution);
        assertThat(read.toDistribution()).isEqualTo(distribution);
    }

    @Test
    void shouldEstimateQuantilesWithinABucket() {
        LatencyHistogram histogram = new LatencyHistogram();
        for (long ns = 1; ns <= 100_000; ns++) {
            histogram.record(ns);
        }
        assertThat(histogram.quantileNs(0)).isEqualTo(1);
        assertThat(histogram.quantileNs(1)).isEqualTo(100_000);
        for (double quantile : new double[] {0.01, 0.5, 0.9, 0.99}) {
            assertThat((double) histogram.quantileNs(quantile)).isBetween(quantile * 95_000, quantile * 105_000);
        }
        assertThat(new LatencyHistogram().quantileNs(0.5)).isZero();
    }

    @Test
    void shouldPrintAsBccDoes() {
        Log2Histogram histogram = new Log2Histogram(Log2Histogram.Unit.NSECS);
        for (long ns : new long[] {0, 1, 2, 5, 6, 7, 4, 17}) {
            histogram.record(ns);
        }
        assertThat(histogram.format().lines())
                .containsExactly(
                        "     nsecs               : count     distribution",
                        "         0 -> 1          : 2        |********************                    |",
                        "         2 -> 3          : 1        |**********                              |",
                        "         4 -> 7          : 4        |****************************************|",
                        "         8 -> 15         : 0        |                                        |",
                        "        16 -> 31         : 1        |**********                              |");
        histogram.clear();
        assertThat(histogram.format()).isEmpty();
    }

    @Test
    void shouldCountInTheUnitAsked() {
        Log2Histogram histogram = new Log2Histogram(Log2Histogram.Unit.USECS);
        histogram.record(1_999);
        histogram.record(2_000);
        StringBuilder rows = new StringBuilder();
        histogram.forEachRow((from, to, count) -> rows.append(from + ".." + to + "=" + count + " "));
        assertThat(rows).hasToString("0..2000=1 2000..4000=1 ");
    }
}
