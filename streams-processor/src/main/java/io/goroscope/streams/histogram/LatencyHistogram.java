package io.goroscope.streams.histogram;

import io.goroscope.schemas.avro.Distribution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Counts of durations on {@link LatencyGrid}, with their exact sum, least and greatest. It holds counters for the
 * stretch of buckets between the first and the last that is not empty. Not safe for use by several threads.
 */
public class LatencyHistogram {

    private static final long[] NOTHING = {};
    private static final int SPARE = 8;

    private long count;
    private long sumNs;
    private long minNs = Long.MAX_VALUE;
    private long maxNs = Long.MIN_VALUE;
    private int first;
    private long[] counts = NOTHING;

    /** Counts a duration. */
    public void record(long durationNs) {
        int at = LatencyGrid.offset(durationNs) - first;
        if (at < 0 || at >= counts.length) {
            at = makeRoom(at + first) - first;
        }
        counts[at]++;
        minNs = Math.min(minNs, durationNs);
        maxNs = Math.max(maxNs, durationNs);
        count++;
        sumNs += durationNs;
    }

    /** Adds all that another one has counted. */
    public void add(LatencyHistogram other) {
        if (other.count == 0) {
            return;
        }
        for (int i = 0; i < other.counts.length; i++) {
            if (other.counts[i] != 0) {
                addBucket(other.first + i + LatencyGrid.MIN_INDEX, other.counts[i]);
            }
        }
        addSummary(other.count, other.sumNs, other.minNs, other.maxNs);
    }

    /** Adds all that a record has counted. */
    public void add(Distribution other) {
        if (other.getCount() == 0) {
            return;
        }
        for (int i = 0; i < other.getIndexes().size(); i++) {
            addBucket(other.getIndexes().get(i), other.getCounts().get(i));
        }
        addSummary(other.getCount(), other.getSumNs(), other.getMinNs(), other.getMaxNs());
    }

    /** Adds to one bucket; {@link #addSummary} has to make up for the rest. */
    public void addBucket(int index, long more) {
        if (index < LatencyGrid.MIN_INDEX || index > LatencyGrid.MAX_INDEX) {
            throw new IllegalArgumentException("index must be -239 to 265, is " + index);
        }
        int offset = index - LatencyGrid.MIN_INDEX;
        if (offset < first || offset >= first + counts.length) {
            makeRoom(offset);
        }
        counts[offset - first] += more;
    }

    /** Adds to all but the buckets. */
    public void addSummary(long moreCount, long moreSumNs, long otherMinNs, long otherMaxNs) {
        if (moreCount == 0) {
            return;
        }
        minNs = Math.min(minNs, otherMinNs);
        maxNs = Math.max(maxNs, otherMaxNs);
        count += moreCount;
        sumNs += moreSumNs;
    }

    /** Forgets all. */
    public void clear() {
        count = 0;
        sumNs = 0;
        minNs = Long.MAX_VALUE;
        maxNs = Long.MIN_VALUE;
        Arrays.fill(counts, 0);
    }

    private int makeRoom(int offset) {
        int from = Math.max(0, offset - SPARE);
        int to = Math.min(LatencyGrid.BUCKETS, offset + SPARE);
        if (counts.length > 0) {
            from = offset < first ? from : first;
            to = offset < first ? first + counts.length : to;
        }
        long[] larger = new long[to - from];
        if (counts.length > 0) {
            System.arraycopy(counts, 0, larger, first - from, counts.length);
        }
        first = from;
        counts = larger;
        return offset;
    }

    /** Durations counted. */
    public long count() {
        return count;
    }

    /** Their sum, ns. */
    public long sumNs() {
        return sumNs;
    }

    /** The least, ns; 0 where there is none. */
    public long minNs() {
        return count == 0 ? 0 : minNs;
    }

    /** The greatest, ns; 0 where there is none. */
    public long maxNs() {
        return count == 0 ? 0 : maxNs;
    }

    /** Calls {@code visitor} with every bucket that is not empty, in ascending order. */
    public void forEachBucket(BucketVisitor visitor) {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                visitor.bucket(first + i + LatencyGrid.MIN_INDEX, counts[i]);
            }
        }
    }

    /** Takes a bucket of {@link LatencyGrid} and its count. */
    @FunctionalInterface
    public interface BucketVisitor {
        /** One bucket. */
        void bucket(int index, long count);
    }

    /**
     * Estimates a quantile: the bucket is exact, and inside it durations are taken to lie evenly on a logarithmic scale, as
     * Prometheus does for native histograms.
     *
     * @param quantile 0 to 1
     * @return ns, between the least and the greatest; 0 where nothing was counted
     */
    public long quantileNs(double quantile) {
        if (!(quantile >= 0 && quantile <= 1)) {
            throw new IllegalArgumentException("quantile must be 0 to 1, is " + quantile);
        }
        if (count == 0) {
            return 0;
        }
        double rank = quantile * count;
        long before = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0 && before + counts[i] >= rank) {
                double inside = (rank - before) / counts[i];
                double index = first + i + LatencyGrid.MIN_INDEX - 1 + inside;
                long ns = Math.round(Math.pow(2, index / 8) * 1e9);
                return Math.max(minNs, Math.min(maxNs, ns));
            }
            before += counts[i];
        }
        return maxNs;
    }

    /** All of it as a record. */
    public Distribution toDistribution() {
        List<Integer> indexes = new ArrayList<>();
        List<Long> filled = new ArrayList<>();
        forEachBucket((index, bucketCount) -> {
            indexes.add(index);
            filled.add(bucketCount);
        });
        return new Distribution(count, sumNs, minNs(), maxNs(), indexes, filled);
    }
}
