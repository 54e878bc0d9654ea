package io.goroscope.sink.table;

import java.util.Arrays;
import java.util.List;

/**
 * Counts on Prometheus' exponential grid of schema 3: bucket i holds (2^((i−1)/8), 2^(i/8)] seconds. Immutable; only
 * buckets that are not empty are kept.
 */
public final class Buckets {

    /** Prometheus' schema of the grid: 2^3 buckets to a doubling. */
    public static final int SCHEMA = 3;

    /** No counts. */
    public static final Buckets EMPTY = new Buckets(new int[0], new long[0]);

    private static final double PER_DOUBLING = 1 << SCHEMA;
    private static final double NS_PER_S = 1e9;

    private final int[] indexes;
    private final long[] counts;

    private Buckets(int[] indexes, long[] counts) {
        this.indexes = indexes;
        this.counts = counts;
    }

    /**
     * Buckets from a record's lists.
     *
     * @param indexes numbers of the buckets, ascending
     * @param counts their counts, in the same order
     * @throws IllegalArgumentException if the lists differ in length, the numbers do not ascend, or a count is negative
     */
    public static Buckets of(List<Integer> indexes, List<Long> counts) {
        if (indexes.size() != counts.size()) {
            throw new IllegalArgumentException(
                    "buckets: indexes=%d, counts=%d".formatted(indexes.size(), counts.size()));
        }
        int[] at = new int[indexes.size()];
        long[] of = new long[at.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = indexes.get(i);
            of[i] = counts.get(i);
            if (of[i] < 0 || (i > 0 && at[i] <= at[i - 1])) {
                throw new IllegalArgumentException("buckets: index=%d, count=%d".formatted(at[i], of[i]));
            }
        }
        return at.length == 0 ? EMPTY : new Buckets(at, of);
    }

    /** The sum of two, bucket by bucket. */
    public Buckets plus(Buckets other) {
        if (indexes.length == 0) {
            return other;
        }
        if (other.indexes.length == 0) {
            return this;
        }
        int[] at = new int[indexes.length + other.indexes.length];
        long[] of = new long[at.length];
        int size = 0;
        for (int i = 0, j = 0; i < indexes.length || j < other.indexes.length; size++) {
            boolean left = j == other.indexes.length || (i < indexes.length && indexes[i] <= other.indexes[j]);
            boolean right = i == indexes.length || (j < other.indexes.length && other.indexes[j] <= indexes[i]);
            at[size] = left ? indexes[i] : other.indexes[j];
            of[size] = (left ? counts[i++] : 0) + (right ? other.counts[j++] : 0);
        }
        return new Buckets(Arrays.copyOf(at, size), Arrays.copyOf(of, size));
    }

    /** How many buckets are not empty. */
    public int size() {
        return indexes.length;
    }

    /** Number on the grid of the {@code i}th bucket that is not empty. */
    public int index(int i) {
        return indexes[i];
    }

    /** Count of the {@code i}th bucket that is not empty. */
    public long count(int i) {
        return counts[i];
    }

    /** Numbers of the buckets that are not empty; a copy. */
    public int[] indexes() {
        return indexes.clone();
    }

    /** Their counts; a copy. */
    public long[] counts() {
        return counts.clone();
    }

    /** Sum of all counts. */
    public long total() {
        return Arrays.stream(counts).sum();
    }

    /** Upper bound of a bucket of the grid, seconds. */
    public static double upperBoundSeconds(int index) {
        return Math.pow(2, index / PER_DOUBLING);
    }

    /**
     * The {@code q}-quantile in ns, interpolated within its bucket on the logarithmic scale, as Prometheus does for
     * native histograms since 3.0; NaN where there are no counts.
     *
     * @param q from 0 to 1
     */
    public double quantileNs(double q) {
        long total = total();
        if (total == 0) {
            return Double.NaN;
        }
        double rank = q * total;
        long below = 0;
        for (int i = 0; i < counts.length; i++) {
            if (below + counts[i] >= rank || i == counts.length - 1) {
                double share = counts[i] == 0 ? 1 : Math.min(1, Math.max(0, (rank - below) / counts[i]));
                return Math.pow(2, (indexes[i] - 1 + share) / PER_DOUBLING) * NS_PER_S;
            }
            below += counts[i];
        }
        throw new IllegalStateException("unreachable: a positive total has a last bucket");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Buckets that
                && Arrays.equals(indexes, that.indexes)
                && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(indexes) + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return "Buckets" + Arrays.toString(indexes) + Arrays.toString(counts);
    }
}
