package io.goroscope.cli.page;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Rates of cumulative counts over the last seconds, by the wall clock. A count that steps back has begun anew and adds
 * what it has; one that is gone adds nothing.
 */
final class Rates {

    private record Sample(long atMs, Map<Object, Long> counts) {}

    private final long spanMs;
    private final Deque<Sample> samples = new ArrayDeque<>();

    /** @param spanMs over how long to average, ms */
    Rates(long spanMs) {
        this.spanMs = spanMs;
    }

    /** Takes all counts as they are now. */
    void sample(long nowMs, Map<Object, Long> counts) {
        samples.addLast(new Sample(nowMs, new HashMap<>(counts)));
        while (samples.size() > 2 && nowMs - samples.getFirst().atMs() > spanMs) {
            samples.removeFirst();
        }
    }

    /** Per second for each count; empty until there are two samples. */
    Map<Object, Double> perSecond() {
        Map<Object, Double> rates = new HashMap<>();
        if (samples.size() < 2) {
            return rates;
        }
        double seconds = (samples.getLast().atMs() - samples.getFirst().atMs()) / 1000.0;
        if (seconds <= 0) {
            return rates;
        }
        Set<Object> all = new HashSet<>(samples.getLast().counts().keySet());
        for (Object each : all) {
            rates.put(each, increase(each) / seconds);
        }
        return rates;
    }

    private long increase(Object key) {
        long increase = 0;
        Long before = null;
        for (Sample sample : samples) {
            Long now = sample.counts().get(key);
            if (before != null && now != null) {
                increase += now >= before ? now - before : now;
            }
            before = now == null ? before : now;
        }
        return increase;
    }
}
