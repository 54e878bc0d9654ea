package io.goroscope.sink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;

class BucketsTest {

    private static Buckets of(List<Long> durationsNs) {
        Map<Integer, Long> counts = new TreeMap<>();
        for (long ns : durationsNs) {
            counts.merge((int) Math.ceil(8 * Math.log(ns / 1e9) / Math.log(2)), 1L, Long::sum);
        }
        return Buckets.of(new ArrayList<>(counts.keySet()), new ArrayList<>(counts.values()));
    }

    @Property
    void shouldAddAsIfAllHadBeenCountedAtOnce(
            @ForAll List<@LongRange(min = 1, max = 100_000_000_000L) Long> left,
            @ForAll List<@LongRange(min = 1, max = 100_000_000_000L) Long> right) {
        List<Long> all = new ArrayList<>(left);
        all.addAll(right);
        assertThat(of(left).plus(of(right)))
                .isEqualTo(of(all))
                .isEqualTo(of(right).plus(of(left)));
        assertThat(of(all).total()).isEqualTo(all.size());
    }

    @Property
    void shouldFindQuantilesWithinABucketOfTheTruth(
            @ForAll @NotEmpty List<@LongRange(min = 1, max = 100_000_000_000L) Long> durations,
            @ForAll @DoubleRange(min = 0.01, max = 1) double q) {
        List<Long> sorted = durations.stream().sorted().toList();
        long truth = sorted.get((int) Math.ceil(q * sorted.size()) - 1);
        double width = Math.pow(2, 1.0 / 8);
        assertThat(of(durations).quantileNs(q)).isBetween(truth / width * 0.999999, truth * width * 1.000001);
    }

    @Test
    void shouldKnowItsBounds() {
        assertThat(Buckets.upperBoundSeconds(0)).isEqualTo(1);
        assertThat(Buckets.upperBoundSeconds(-8)).isEqualTo(0.5);
        assertThat(Buckets.upperBoundSeconds(1)).isCloseTo(1.0905, within(0.0001));
    }

    @Test
    void shouldRefuseWhatIsNoHistogram() {
        assertThatThrownBy(() -> Buckets.of(List.of(1), List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Buckets.of(List.of(2, 1), List.of(1L, 1L)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Buckets.of(List.of(1), List.of(-1L))).isInstanceOf(IllegalArgumentException.class);
        assertThat(Buckets.EMPTY.quantileNs(0.5)).isNaN();
    }
}
