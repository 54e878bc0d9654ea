package io.goroscope.cli.demo;

import java.util.ArrayDeque;
import java.util.Deque;

/** Calls and events a second over the last seconds; counters come once a second, so a shorter time would jump. */
final class Rates {

    private static final int SAMPLES = 6;
    private static final double NS_PER_S = 1e9;

    private record Sample(long timeNs, CallSource.Status status) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    /** Takes a sample. */
    void add(long timeNs, CallSource.Status status) {
        samples.addLast(new Sample(timeNs, status));
        if (samples.size() > SAMPLES) {
            samples.removeFirst();
        }
    }

    double callsPerS() {
        return (last().calls() - samples.getFirst().status().calls()) / seconds();
    }

    double eventsPerS() {
        return (last().events() - samples.getFirst().status().events()) / seconds();
    }

    private CallSource.Status last() {
        return samples.getLast().status();
    }

    private double seconds() {
        long ns = samples.getLast().timeNs() - samples.getFirst().timeNs();
        return ns == 0 ? 1 : ns / NS_PER_S;
    }
}
