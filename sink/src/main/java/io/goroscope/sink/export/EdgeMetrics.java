package io.goroscope.sink.export;

import io.goroscope.sink.table.EdgeSeries;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;

/** Who calls whom. The labels {@code function} and {@code build_id} are the callee's, as in all other metrics. */
final class EdgeMetrics {

    private static final double NS_PER_S = 1e9;

    private EdgeMetrics() {}

    static Labels labels(EdgeSeries edge) {
        return Labels.of(
                "service",
                edge.service(),
                "process",
                edge.process().label(),
                "caller",
                edge.caller(),
                "caller_build_id",
                edge.callerBuildId(),
                "function",
                edge.callee(),
                "build_id",
                edge.calleeBuildId());
    }

    static void counters(List<EdgeSeries> all, Families out) {
        for (EdgeSeries each : all) {
            Labels labels = labels(each);
            out.counter(
                    MetricNames.EDGE_CALLS,
                    "Paired calls of a function by a caller that is traced as well.",
                    labels,
                    each.calls(),
                    each.createdNs());
            out.counter(
                    MetricNames.EDGE_TIME,
                    "Inclusive time of the paired calls by this caller.",
                    labels,
                    each.sumNs() / NS_PER_S,
                    each.createdNs());
            out.counter(
                    MetricNames.EDGE_SELF,
                    "Of that, time without the traced functions that they called.",
                    labels,
                    each.selfNs() / NS_PER_S,
                    each.createdNs());
        }
    }
}
