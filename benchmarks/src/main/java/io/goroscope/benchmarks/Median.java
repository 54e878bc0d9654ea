package io.goroscope.benchmarks;

import java.util.Arrays;

/** The median of what was measured: one disturbed round does not change it. */
public final class Median {

    private double[] values = {};

    /** Adds a round. */
    public void add(double value) {
        values = Arrays.copyOf(values, values.length + 1);
        values[values.length - 1] = value;
    }

    /** The middle one; of an even number of rounds the lower of the two. */
    public double value() {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(sorted.length - 1) / 2];
    }

    /** The least. */
    public double least() {
        return Arrays.stream(values).min().orElseThrow();
    }

    /** The greatest. */
    public double greatest() {
        return Arrays.stream(values).max().orElseThrow();
    }
}
