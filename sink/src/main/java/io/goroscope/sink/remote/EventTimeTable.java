package io.goroscope.sink.remote;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.avro.Health;
import io.goroscope.schemas.avro.HealthKey;
import io.goroscope.schemas.avro.LatencyWindow;
import io.goroscope.schemas.avro.SeriesKey;
import io.goroscope.schemas.avro.Totals;
import io.goroscope.schemas.avro.WindowKey;
import io.goroscope.sink.export.EventTimeMetrics;
import io.goroscope.sink.feed.FeedHandler;
import io.goroscope.sink.feed.FeedRecord;
import io.goroscope.sink.table.CallTotals;
import io.goroscope.sink.table.Dictionary;
import io.goroscope.sink.table.FunctionSeries;
import io.goroscope.sink.table.PipelineView;
import io.goroscope.sink.table.ProcessLife;
import io.goroscope.sink.table.Source;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be written at which time. Passes every record on to the view that it stands before, which knows the names. May
 * be fed and asked from several threads.
 */
public final class EventTimeTable implements FeedHandler {

    private static final int EXACT_COUNTS = -1;
    private static final long NS_PER_MS = 1_000_000;

    private final PipelineView view;
    private final Map<ProcessLife, ProcessTimes> processes = new LinkedHashMap<>();

    /** All series of a process at a time. */
    record Moment(ProcessLife process, long timeNs, MetricSnapshots snapshots) {
        long timeMs() {
            return timeNs / NS_PER_MS;
        }
    }

    /** @param view gets every record as well */
    public EventTimeTable(PipelineView view) {
        this.view = view;
    }

    @Override
    public void apply(FeedRecord record) throws BadRecordException {
        view.apply(record);
        synchronized (this) {
            if (record.key() instanceof WindowKey key && record.value() instanceof LatencyWindow window) {
                Source lane = Source.of(key.getSource());
                ProcessTimes process = process(lane);
                process.function(key.getBuildId(), key.getFunction())
                        .window(
                                lane,
                                key.getStartNs(),
                                window.getEndNs(),
                                window.getService(),
                                window.getExe(),
                                CallTotals.of(window.getSummary()));
                process.changedWindow(window.getEndNs());
            } else if (record.key() instanceof SeriesKey key
                    && key.getSource().getLane() == EXACT_COUNTS
                    && record.value() instanceof Totals totals) {
                Source writer = Source.of(key.getSource());
                ProcessTimes process = process(writer);
                process.function(key.getBuildId(), key.getFunction())
                        .counts(
                                writer,
                                totals.getUpdatedNs(),
                                totals.getCreatedNs(),
                                totals.getService(),
                                totals.getExe(),
                                totals.getCalls(),
                                totals.getLost());
                process.changedCounts(totals.getUpdatedNs());
            } else if (record.key() instanceof HealthKey key) {
                Source lane = Source.of(key.getSource());
                if (record.value() instanceof Health health) {
                    process(lane).laneTime(lane, health.getUpdatedNs(), health.getEnded());
                } else {
                    process(lane).laneGone(lane);
                }
            }
        }
    }

    @Override
    public void reset() {
        view.reset();
        synchronized (this) {
            processes.clear();
        }
    }

    private ProcessTimes process(Source source) {
        return processes.computeIfAbsent(source.process(), life -> new ProcessTimes());
    }

    /** The next moment to write, or null as long as there is none. */
    synchronized Moment next() {
        for (Map.Entry<ProcessLife, ProcessTimes> each : processes.entrySet()) {
            Long ns = each.getValue().next();
            if (ns != null) {
                return new Moment(each.getKey(), ns, snapshots(each.getKey(), each.getValue(), ns));
            }
        }
        return null;
    }

    /** A moment was written. */
    synchronized void written(Moment moment) {
        ProcessTimes process = processes.get(moment.process());
        if (process != null) {
            process.written(moment.timeNs());
        }
    }

    private MetricSnapshots snapshots(ProcessLife life, ProcessTimes process, long ns) {
        Map<EventTimeMetrics.Labels, FunctionSeries> named = new LinkedHashMap<>();
        process.functions().forEach((id, sums) -> {
            Dictionary.Function function = view.function(id.buildId(), id.number());
            if (function != null && sums.createdNs() <= ns) {
                FunctionSeries series = new FunctionSeries(
                        sums.service(),
                        life,
                        sums.exe(),
                        id.buildId(),
                        function,
                        sums.createdNs(),
                        ns,
                        sums.until(ns),
                        List.of());
                named.merge(EventTimeMetrics.Labels.of(series), series, FunctionSeries::plus);
            }
        });
        List<FunctionSeries> all = new ArrayList<>(named.values());
        return EventTimeMetrics.snapshots(
                all, view.images(all.stream().map(FunctionSeries::buildId).toList()));
    }
}
