package io.goroscope.sink.export;

import io.goroscope.schemas.avro.ImageInfo;
import io.goroscope.sink.table.FunctionSeries;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;

/** Those of the metrics that have a time of their own: what is written at that time has the names that are scraped. */
public final class EventTimeMetrics {

    private EventTimeMetrics() {}

    /** What tells series of functions of a process apart: several functions may bear one name. */
    public record Labels(String service, String buildId, String function) {
        /** A series' labels. */
        public static Labels of(FunctionSeries series) {
            return new Labels(
                    series.service(), series.buildId(), series.function().name());
        }
    }

    /** Counters and durations of functions, and what their processes run. */
    public static MetricSnapshots snapshots(List<FunctionSeries> functions, Map<String, ImageInfo> images) {
        Families families = new Families();
        FunctionMetrics.counters(functions, families);
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        families.snapshots().forEach(all::metricSnapshot);
        all.metricSnapshot(FunctionMetrics.durations(functions));
        all.metricSnapshot(TargetMetrics.snapshot(functions, images));
        return all.build();
    }
}
