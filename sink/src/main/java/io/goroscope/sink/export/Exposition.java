package io.goroscope.sink.export;

import io.goroscope.sink.feed.FeedStatus;
import io.goroscope.sink.table.EdgeSeries;
import io.goroscope.sink.table.FunctionSeries;
import io.goroscope.sink.table.FunctionTable;
import io.goroscope.sink.table.PipelineView;
import io.goroscope.sink.table.SteppedFunction;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.List;

/** What a scrape gets: the tables as Prometheus' snapshots, made anew each time. */
public final class Exposition {

    private final PipelineView view;
    private final FeedStatus feed;
    private final Duration staleAfter;
    private final int limit;
    private final SeriesLimit<FunctionSeries> functionLimit;
    private final SeriesLimit<EdgeSeries> edgeLimit;
    private final SeriesLimit<SteppedFunction> steppedLimit;

    /**
     * @param view the tables
     * @param feed how the feed that fills them fares
     * @param limit how many functions of processes, and how many edges, are served
     * @param staleAfter after how long a silence a lane is stale
     */
    public Exposition(PipelineView view, FeedStatus feed, int limit, Duration staleAfter) {
        this.view = view;
        this.feed = feed;
        this.staleAfter = staleAfter;
        this.limit = limit;
        this.functionLimit = new SeriesLimit<>(limit, FunctionSeries::createdNs, FunctionMetrics::labels);
        this.steppedLimit = new SeriesLimit<>(limit, SteppedFunction::createdNs, ModeMetrics::labels);
        this.edgeLimit = new SeriesLimit<>(limit, EdgeSeries::createdNs, EdgeMetrics::labels);
    }

    /** The registry behind {@code /metrics}. */
    public PrometheusRegistry complete() {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(this::everything);
        return registry;
    }

    /** The registry behind {@code /metrics/classic}: the classic form of the durations, nothing else. */
    public PrometheusRegistry classic() {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(() -> new MetricSnapshots(FunctionMetrics.classicDurations(
                functionLimit.apply(view.functions().named()))));
        return registry;
    }

    private MetricSnapshots everything() {
        FunctionTable.Listing listing = view.functions();
        List<FunctionSeries> functions = functionLimit.apply(listing.named());
        List<EdgeSeries> edges = edgeLimit.apply(view.edges());
        Families families = new Families();
        FunctionMetrics.counters(functions, families);
        EdgeMetrics.counters(edges, families);
        List<SteppedFunction> stepped = steppedLimit.apply(view.stepped());
        ModeMetrics.points(stepped, families);
        LaneMetrics.points(view.lanes(), System.currentTimeMillis(), staleAfter.toMillis(), families);
        own(functions.size() + edges.size(), listing.unnamed(), families);
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        families.snapshots().forEach(all::metricSnapshot);
        all.metricSnapshot(FunctionMetrics.durations(functions));
        HistogramSnapshot cycled = ModeMetrics.durations(stepped);
        if (!cycled.getDataPoints().isEmpty()) {
            all.metricSnapshot(cycled);
        }
        all.metricSnapshot(TargetMetrics.snapshot(functions, view.images(TargetMetrics.builds(functions))));
        return all.build();
    }

    private void own(int served, int unnamed, Families out) {
        String series = "Functions of processes, and edges, by what becomes of them: unnamed ones wait for their name.";
        out.gauge(MetricNames.SINK_SERIES, series, Labels.of("state", "served"), served);
        out.gauge(
                MetricNames.SINK_SERIES,
                series,
                Labels.of("state", "cut"),
                functionLimit.cutNow() + edgeLimit.cutNow());
        out.gauge(MetricNames.SINK_SERIES, series, Labels.of("state", "unnamed"), unnamed);
        out.gauge(
                MetricNames.SINK_SERIES_LIMIT,
                "How many functions of processes, and how many edges, are served.",
                Labels.EMPTY,
                limit);
        out.counter(
                MetricNames.SINK_CUT,
                "Functions and edges that the limit kept out.",
                Labels.EMPTY,
                functionLimit.cutEver() + edgeLimit.cutEver(),
                0);
        out.counter(MetricNames.SINK_RECORDS, "Records read.", Labels.EMPTY, feed.records(), 0);
        out.counter(
                MetricNames.SINK_BAD_RECORDS,
                "Records that could not be read and were passed over.",
                Labels.EMPTY,
                feed.badRecords(),
                0);
        out.gauge(
                MetricNames.SINK_LAG, "Records between the sink and the ends of its topics.", Labels.EMPTY, feed.lag());
        out.counter(
                MetricNames.SINK_RESETS,
                "How often all was read again, since a topic had been made anew.",
                Labels.EMPTY,
                feed.resets(),
                0);
    }
}
