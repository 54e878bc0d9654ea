package io.goroscope.sink.export;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counters and gauges in the making: points come series by series, and leave metric by metric. */
final class Families {

    private static final long NS_PER_MS = 1_000_000;

    private final Map<String, String> helps = new LinkedHashMap<>();
    private final Map<String, List<CounterDataPointSnapshot>> counters = new LinkedHashMap<>();
    private final Map<String, List<GaugeDataPointSnapshot>> gauges = new LinkedHashMap<>();

    /** Adds a point of a counter. {@code createdNs}: since when it counts, ns since 1970; 0 where unknown. */
    void counter(String name, String help, Labels labels, double value, long createdNs) {
        helps.put(name, help);
        counters.computeIfAbsent(name, key -> new ArrayList<>())
                .add(new CounterDataPointSnapshot(value, labels, null, createdNs / NS_PER_MS));
    }

    /** Adds a point of a counter that counts; Prometheus' samples are exact up to 2^53. */
    void counter(String name, String help, Labels labels, long value, long createdNs) {
        counter(name, help, labels, (double) value, createdNs);
    }

    /** Adds a point of a gauge. */
    void gauge(String name, String help, Labels labels, double value) {
        helps.put(name, help);
        gauges.computeIfAbsent(name, key -> new ArrayList<>()).add(new GaugeDataPointSnapshot(value, labels, null));
    }

    /** Adds a point of a gauge that is a number of things. */
    void gauge(String name, String help, Labels labels, long value) {
        gauge(name, help, labels, (double) value);
    }

    /** All metrics. */
    List<MetricSnapshot> snapshots() {
        List<MetricSnapshot> all = new ArrayList<>();
        counters.forEach(
                (name, points) -> all.add(new CounterSnapshot(new MetricMetadata(name, helps.get(name)), points)));
        gauges.forEach((name, points) -> all.add(new GaugeSnapshot(new MetricMetadata(name, helps.get(name)), points)));
        return all;
    }
}
