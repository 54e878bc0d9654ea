package io.goroscope.sink.export;

import io.goroscope.sink.table.AbandonedCalls;
import io.goroscope.sink.table.Buckets;
import io.goroscope.sink.table.CallTotals;
import io.goroscope.sink.table.Example;
import io.goroscope.sink.table.FunctionSeries;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.ArrayList;
import java.util.List;

/** Counters and histograms of functions. */
final class FunctionMetrics {

    private static final double NS_PER_S = 1e9;
    private static final long NS_PER_MS = 1_000_000;
    /** Prometheus' own default; no duration lies below it, but a histogram without one would pass for a classic one. */
    private static final double ZERO_THRESHOLD = Math.scalb(1.0, -128);

    private static final MetricMetadata DURATION = new MetricMetadata(
            MetricNames.DURATION, "Inclusive durations of calls whose entry and return were paired by goroutine.");

    private FunctionMetrics() {}

    static Labels labels(FunctionSeries series) {
        return Labels.of(
                "service",
                series.service(),
                "process",
                series.process().label(),
                "function",
                series.function().name(),
                "build_id",
                series.buildId());
    }

    static void counters(List<FunctionSeries> all, Families out) {
        for (FunctionSeries each : all) {
            Labels labels = labels(each);
            CallTotals totals = each.totals();
            long created = each.createdNs();
            out.counter(
                    MetricNames.CALLS,
                    "Calls, counted in the kernel: exact even where events were lost.",
                    labels,
                    totals.calls(),
                    created);
            out.counter(
                    MetricNames.SELF,
                    "Time of the paired calls without the traced functions that they called.",
                    labels,
                    totals.selfNs() / NS_PER_S,
                    created);
            out.counter(
                    MetricNames.TAILS,
                    "Paired calls that ended by a jump into another function.",
                    labels,
                    totals.tails(),
                    created);
            abandoned(labels, totals.abandoned(), created, out);
            out.counter(
                    MetricNames.UNMATCHED,
                    "Returns without an entry: the calls were open when tracing began.",
                    labels,
                    totals.unmatched(),
                    created);
            out.counter(
                    MetricNames.UNCERTAIN,
                    "Calls kept out of the durations, since an event may have been lost within them.",
                    labels,
                    totals.uncertain(),
                    created);
            out.counter(
                    MetricNames.LOST,
                    "Events (entries and returns) that were lost before they were published.",
                    labels,
                    totals.lost(),
                    created);
        }
    }

    private static void abandoned(Labels labels, AbandonedCalls calls, long created, Families out) {
        abandoned(labels, "panic", calls.panic(), created, out);
        abandoned(labels, "goexit", calls.goexit(), created, out);
        abandoned(labels, "goroutine_end", calls.goroutineEnd(), created, out);
        abandoned(labels, "process_end", calls.processEnd(), created, out);
        abandoned(labels, "detach", calls.detach(), created, out);
        abandoned(labels, "unknown", calls.unknown(), created, out);
    }

    private static void abandoned(Labels labels, String reason, long calls, long created, Families out) {
        out.counter(
                MetricNames.ABANDONED,
                "Calls that ended without a return, by the reason.",
                labels.add("reason", reason),
                calls,
                created);
    }

    /**
     * The slowest calls of late, each with its goroutine and its place among the events. OpenMetrics allows 128 characters
     * for an exemplar's labels, so the process and the collector are not repeated; they are the series' own.
     */
    private static Exemplars exemplars(FunctionSeries series) {
        List<Exemplar> all = new ArrayList<>();
        for (Example each : series.examples()) {
            Labels place = Labels.of(
                    "goid", Long.toString(each.goid()),
                    "epoch", Long.toString(each.lane().epoch()),
                    "lane", Integer.toString(each.lane().lane()),
                    "batch", Long.toString(each.sequence()));
            all.add(new Exemplar(each.durationNs() / NS_PER_S, place, each.endNs() / NS_PER_MS));
        }
        return Exemplars.of(all);
    }

    /** Both forms in one; by protobuf both are sent, by text the classic one. */
    static HistogramSnapshot durations(List<FunctionSeries> all) {
        List<HistogramDataPointSnapshot> points = new ArrayList<>(all.size());
        for (FunctionSeries each : all) {
            points.add(bothForms(each.totals(), labels(each), exemplars(each), each.createdNs()));
        }
        return new HistogramSnapshot(DURATION, points);
    }

    /** A histogram of calls, native and classic. */
    static HistogramDataPointSnapshot bothForms(CallTotals calls, Labels labels, Exemplars exemplars, long createdNs) {
        Buckets buckets = calls.buckets();
        return new HistogramDataPointSnapshot(
                ClassicBounds.of(buckets),
                Buckets.SCHEMA,
                0,
                ZERO_THRESHOLD,
                NativeHistogramBuckets.of(buckets.indexes(), buckets.counts()),
                NativeHistogramBuckets.EMPTY,
                calls.sumNs() / NS_PER_S,
                labels,
                exemplars,
                createdNs / NS_PER_MS);
    }

    /** The classic form alone. */
    static HistogramSnapshot classicDurations(List<FunctionSeries> all) {
        List<HistogramDataPointSnapshot> points = new ArrayList<>(all.size());
        for (FunctionSeries each : all) {
            ClassicHistogramBuckets buckets = ClassicBounds.of(each.totals().buckets());
            points.add(new HistogramDataPointSnapshot(
                    buckets,
                    each.totals().sumNs() / NS_PER_S,
                    labels(each),
                    exemplars(each),
                    each.createdNs() / NS_PER_MS));
        }
        return new HistogramSnapshot(DURATION, points);
    }
}
