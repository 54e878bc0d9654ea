package io.goroscope.sink.export;

import io.goroscope.schemas.ModeDetail;
import io.goroscope.sink.table.SteppedFunction;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.ArrayList;
import java.util.List;

/**
 * What is done at the functions whose mode a collector has changed to keep its budget; and the durations of those that are
 * timed in a part of the time, under a name of their own, since their counts are not those of all calls.
 */
final class ModeMetrics {

    private static final List<String> MODES =
            List.of(ModeDetail.PAIRS, ModeDetail.CYCLED, ModeDetail.COUNTS, ModeDetail.OFF);

    private static final MetricMetadata DURATION = new MetricMetadata(
            MetricNames.CYCLED_DURATION,
            "Inclusive durations of calls that began in the windows of functions that are timed in a part of the time.");

    private ModeMetrics() {}

    static Labels labels(SteppedFunction each) {
        return Labels.of(
                "service",
                each.service(),
                "process",
                each.process().label(),
                "function",
                each.function(),
                "build_id",
                each.buildId());
    }

    static void points(List<SteppedFunction> all, Families out) {
        for (SteppedFunction each : all) {
            Labels labels = labels(each);
            out.gauge(
                    MetricNames.MODE,
                    "What is done at a function whose mode was changed: 0 every call is timed, 1 those in a part of the"
                            + " time, 2 calls are only counted, 3 nothing.",
                    labels,
                    (long) MODES.indexOf(each.mode()));
            out.counter(MetricNames.MODE_CHANGES, "How often that changed.", labels, each.changes(), each.createdNs());
            if (each.timeShare() > 0) {
                out.gauge(
                        MetricNames.CYCLED_SHARE,
                        "The part of the time in which calls of a cycled function were timed.",
                        labels,
                        each.timeShare());
            }
        }
    }

    /** Only of functions that have such calls. */
    static HistogramSnapshot durations(List<SteppedFunction> all) {
        List<HistogramDataPointSnapshot> points = new ArrayList<>();
        for (SteppedFunction each : all) {
            if (each.sampled().paired() > 0) {
                points.add(FunctionMetrics.bothForms(each.sampled(), labels(each), Exemplars.EMPTY, each.createdNs()));
            }
        }
        return new HistogramSnapshot(DURATION, points);
    }
}
