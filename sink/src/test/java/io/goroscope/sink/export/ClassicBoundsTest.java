package io.goroscope.sink.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.sink.table.Buckets;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class ClassicBoundsTest {

    /** A classic bucket counts exactly those buckets of the grid whose upper bound is within its own. */
    @Property
    void shouldCountWhatLiesWithinEachBound(
            @ForAll List<@IntRange(min = -260, max = 120) Integer> indexes,
            @ForAll @LongRange(min = 1, max = 1_000_000) long count) {
        List<Integer> ascending = new ArrayList<>(new TreeSet<>(indexes));
        List<Long> counts = new ArrayList<>();
        ascending.forEach(any -> counts.add(count));
        ClassicHistogramBuckets classic = ClassicBounds.of(Buckets.of(ascending, counts));
        long below = 0;
        for (int i = 0; i < classic.size(); i++) {
            double bound = classic.getUpperBound(i);
            below += classic.getCount(i);
            long expected = count
                    * ascending.stream()
                            .filter(index -> Buckets.upperBoundSeconds(index) <= bound)
                            .count();
            assertThat(below).as("le=%s", bound).isEqualTo(expected);
        }
    }

    @Property(tries = 1)
    void shouldHaveBoundsOfTheGrid() {
        ClassicHistogramBuckets classic = ClassicBounds.of(Buckets.EMPTY);
        assertThat(classic.size()).isEqualTo(27);
        for (int i = 0; i < classic.size() - 1; i++) {
            double position = 8 * Math.log(classic.getUpperBound(i)) / Math.log(2);
            assertThat(position).isEqualTo(Math.rint(position));
        }
        assertThat(classic.getUpperBound(classic.size() - 1)).isInfinite();
    }
}
