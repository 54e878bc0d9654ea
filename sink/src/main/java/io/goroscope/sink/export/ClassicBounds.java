package io.goroscope.sink.export;

import io.goroscope.sink.table.Buckets;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;

/**
 * The classic form of a histogram: bounds at each doubling from about 1 µs (2^−20 s) to 32 s (2^5 s).
 *
 * <p>Fixed for good: a heatmap over classic buckets shows stripes where the bounds change. Each is the upper bound of a
 * bucket of the grid, so counts are exact.
 */
final class ClassicBounds {

    private static final int PER_DOUBLING = 1 << Buckets.SCHEMA;
    private static final int FIRST_EXPONENT = -20;
    private static final int LAST_EXPONENT = 5;
    private static final int FINITE = LAST_EXPONENT - FIRST_EXPONENT + 1;

    private ClassicBounds() {}

    static ClassicHistogramBuckets of(Buckets buckets) {
        double[] bounds = new double[FINITE + 1];
        Number[] counts = new Number[FINITE + 1];
        for (int i = 0; i < FINITE; i++) {
            bounds[i] = Math.scalb(1.0, FIRST_EXPONENT + i);
            counts[i] = 0L;
        }
        bounds[FINITE] = Double.POSITIVE_INFINITY;
        counts[FINITE] = 0L;
        for (int i = 0; i < buckets.size(); i++) {
            int slot = slot(buckets.index(i));
            counts[slot] = counts[slot].longValue() + buckets.count(i);
        }
        return ClassicHistogramBuckets.of(bounds, counts);
    }

    /** The classic bucket that holds bucket {@code index} of the grid: the first whose bound is no less than its. */
    private static int slot(int index) {
        int exponent = -Math.floorDiv(-index, PER_DOUBLING);
        return Math.min(Math.max(exponent - FIRST_EXPONENT, 0), FINITE);
    }
}
