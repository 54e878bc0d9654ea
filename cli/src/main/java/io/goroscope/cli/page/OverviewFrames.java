package io.goroscope.cli.page;

import io.goroscope.cli.page.Frames.Overview;
import io.goroscope.cli.page.Frames.Row;
import io.goroscope.cli.page.Frames.Target;
import io.goroscope.schemas.ModeDetail;
import io.goroscope.schemas.avro.ImageInfo;
import io.goroscope.sink.feed.FeedStatus;
import io.goroscope.sink.table.CallTotals;
import io.goroscope.sink.table.Dictionary;
import io.goroscope.sink.table.FunctionSeries;
import io.goroscope.sink.table.SteppedFunction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the frame of all functions: called once a second, from one thread. */
final class OverviewFrames {

    /** A function of a service: its processes and builds are one row. */
    record RowKey(String service, String name) {}

    /** What the table's quantiles, strips and loads are over. */
    private static final long RANGE_NS = 60_000_000_000L;

    private static final List<String> MODES = List.of(ModeDetail.CYCLED, ModeDetail.COUNTS, ModeDetail.OFF);

    private static final long RATE_SPAN_MS = 5_000;

    private final PageModel model;
    private final FeedStatus feed;
    private final PipelineFrames pipeline;
    private final Rates calls = new Rates(RATE_SPAN_MS);
    private final Rates pairs = new Rates(RATE_SPAN_MS);

    OverviewFrames(PageModel model, FeedStatus feed, PipelineFrames pipeline) {
        this.model = model;
        this.feed = feed;
        this.pipeline = pipeline;
    }

    Overview frame(long nowMs) {
        List<FunctionSeries> all = model.view().functions().named();
        Map<Object, Double> callRates = rates(calls, all, nowMs, FunctionCount.CALLS);
        Map<Object, Double> pairRates = rates(pairs, all, nowMs, FunctionCount.PAIRED);
        Map<RowKey, FunctionSeries> sums = new LinkedHashMap<>();
        Map<RowKey, Double> rowRates = new HashMap<>();
        for (FunctionSeries each : all) {
            RowKey key = new RowKey(each.service(), each.function().name());
            sums.merge(key, each, FunctionSeries::plus);
            rowRates.merge(key, callRates.getOrDefault(identity(each), 0.0), Double::sum);
        }
        Map<RowKey, CallTotals> recent = recent();
        Map<RowKey, SteppedFunction> stepped = stepped();
        List<Row> rows = new ArrayList<>();
        sums.forEach((key, series) -> rows.add(row(
                series,
                rowRates.get(key),
                recent.getOrDefault(key, CallTotals.NONE),
                stepped.get(key),
                covered(series))));
        rows.sort(Comparator.comparingDouble(Row::perSecond).reversed().thenComparing(Row::name));
        return new Overview(
                nowMs,
                feed.caughtUp(),
                feed.failure() == null ? null : String.valueOf(feed.failure().getMessage()),
                rows.size(),
                sum(callRates),
                sum(pairRates),
                rows,
                pipeline.frame(nowMs),
                targets(all));
    }

    private enum FunctionCount {
        CALLS,
        PAIRED
    }

    private static Object identity(FunctionSeries series) {
        return List.of(
                series.service(),
                series.process(),
                series.buildId(),
                series.function().name());
    }

    private static Map<Object, Double> rates(Rates rates, List<FunctionSeries> all, long nowMs, FunctionCount what) {
        Map<Object, Long> counts = new HashMap<>();
        for (FunctionSeries each : all) {
            counts.put(
                    identity(each),
                    what == FunctionCount.CALLS
                            ? each.totals().calls()
                            : each.totals().paired());
        }
        rates.sample(nowMs, counts);
        return rates.perSecond();
    }

    private static double sum(Map<Object, Double> rates) {
        return rates.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** What ended in the last minute of each service's own time. */
    private Map<RowKey, CallTotals> recent() {
        return model.windows(windows -> {
            Map<RowKey, CallTotals> recent = new HashMap<>();
            for (WindowTable.Key each : windows.functions()) {
                Dictionary.Function function = model.view().function(each.buildId(), each.function());
                if (function != null) {
                    CallTotals totals = windows.since(each, windows.headNs(each.service()) - RANGE_NS);
                    recent.merge(new RowKey(each.service(), function.name()), totals, CallTotals::plus);
                }
            }
            return recent;
        });
    }

    /** How much of the last minute of the service's own time there are windows for, ns. */
    private long covered(FunctionSeries series) {
        return model.windows(
                windows -> Math.min(RANGE_NS, windows.headNs(series.service()) - windows.firstNs(series.service())));
    }

    /** What stands lower than the best, to keep a budget: of several processes the one that stands lowest. */
    private Map<RowKey, SteppedFunction> stepped() {
        Map<RowKey, SteppedFunction> lowest = new HashMap<>();
        for (SteppedFunction each : model.view().stepped()) {
            if (!each.mode().equals(ModeDetail.PAIRS)) {
                lowest.merge(
                        new RowKey(each.service(), each.function()),
                        each,
                        (one, other) -> MODES.indexOf(one.mode()) > MODES.indexOf(other.mode()) ? one : other);
            }
        }
        return lowest;
    }

    private static Row row(
            FunctionSeries series, double perSecond, CallTotals recent, SteppedFunction stepped, long coveredNs) {
        CallTotals totals = series.totals();
        boolean any = recent.paired() > 0;
        return new Row(
                series.service(),
                series.function().name(),
                series.function().file(),
                series.function().line(),
                series.function().timed(),
                stepped == null ? null : stepped.mode(),
                stepped == null || !stepped.mode().equals(ModeDetail.CYCLED) ? null : stepped.timeShare(),
                series.function().inlinedCopies(),
                perSecond,
                totals.calls(),
                totals.paired(),
                any ? within(recent, 0.5) : null,
                any ? within(recent, 0.99) : null,
                any ? recent.maxNs() : null,
                coveredNs <= 0 ? 0 : (double) recent.sumNs() / (double) coveredNs,
                totals.abandoned().total(),
                totals.unmatched(),
                totals.uncertain(),
                totals.lost(),
                recent.buckets());
    }

    /** A quantile, kept within what was really seen: a bucket's bounds may lie outside. */
    private static double within(CallTotals recent, double q) {
        return Math.min(
                (double) recent.maxNs(),
                Math.max((double) recent.minNs(), recent.buckets().quantileNs(q)));
    }

    private List<Target> targets(List<FunctionSeries> all) {
        record Id(String service, String process, String exe, String buildId) {}
        Set<Id> ids = new LinkedHashSet<>();
        Set<String> builds = new LinkedHashSet<>();
        for (FunctionSeries each : all) {
            ids.add(new Id(each.service(), each.process().label(), each.exe(), each.buildId()));
            builds.add(each.buildId());
        }
        Map<String, ImageInfo> images = model.view().images(builds);
        List<Target> targets = new ArrayList<>();
        for (Id each : ids) {
            ImageInfo image = images.get(each.buildId());
            targets.add(new Target(
                    each.service(),
                    each.process(),
                    each.exe(),
                    each.buildId(),
                    image == null ? "" : image.getGoVersion(),
                    image == null ? "" : image.getModule(),
                    image == null ? "" : image.getModuleVersion(),
                    image == null ? "" : image.getVcsRevision()));
        }
        targets.sort(Comparator.comparing(Target::service).thenComparing(Target::process));
        return targets;
    }
}
