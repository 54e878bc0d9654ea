package io.goroscope.testbed.output;

import io.goroscope.schemas.avro.Distribution;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;

/** Durations on the pipeline's grid, counted the slow and plain way. */
final class Durations {

    private static final double NS_PER_S = 1e9;
    private static final double PER_DOUBLING = 8;

    private final Map<Integer, Long> buckets = new TreeMap<>();
    private long count;
    private long sumNs;
    private long minNs;
    private long maxNs;

    void add(long ns) {
        int index = (int) Math.ceil(PER_DOUBLING * Math.log(ns / NS_PER_S) / Math.log(2));
        buckets.merge(index, 1L, Long::sum);
        minNs = count == 0 ? ns : Math.min(minNs, ns);
        maxNs = Math.max(maxNs, ns);
        count++;
        sumNs += ns;
    }

    long count() {
        return count;
    }

    long sumNs() {
        return sumNs;
    }

    long maxNs() {
        return maxNs;
    }

    Distribution toRecord() {
        return Distribution.newBuilder()
                .setCount(count)
                .setSumNs(sumNs)
                .setMinNs(minNs)
                .setMaxNs(maxNs)
                .setIndexes(new ArrayList<>(buckets.keySet()))
                .setCounts(new ArrayList<>(buckets.values()))
                .build();
    }
}
