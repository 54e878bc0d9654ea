package io.goroscope.cli.page;

import io.goroscope.cli.page.Frames.Column;
import io.goroscope.cli.page.Frames.Detail;
import io.goroscope.cli.page.Frames.Edge;
import io.goroscope.cli.page.Frames.Endings;
import io.goroscope.cli.page.OverviewFrames.RowKey;
import io.goroscope.sink.table.AbandonedCalls;
import io.goroscope.sink.table.CallTotals;
import io.goroscope.sink.table.Dictionary;
import io.goroscope.sink.table.EdgeSeries;
import io.goroscope.sink.table.FunctionSeries;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Makes the frames of one function for one browser: all its windows at first, then those that changed. */
final class DetailFrames {

    private static final int EDGES = 8;
    private static final long NS_PER_MS = 1_000_000;

    private final PageModel model;
    private final RowKey shown;
    private long seen;

    DetailFrames(PageModel model, RowKey shown) {
        this.model = model;
        this.shown = shown;
    }

    Detail frame() {
        boolean fresh = seen == 0;
        List<WindowTable.Column> changed = model.windows(this::changed);
        long head = model.windows(windows -> windows.headNs(shown.service()));
        changed.forEach(each -> seen = Math.max(seen, each.version()));
        List<EdgeSeries> edges = model.view().edges().stream()
                .filter(each -> each.service().equals(shown.service()))
                .toList();
        return new Detail(
                head / NS_PER_MS,
                fresh,
                columns(changed),
                edges(edges, EdgeSeries::callee, EdgeSeries::caller),
                edges(edges, EdgeSeries::caller, EdgeSeries::callee),
                endings());
    }

    /** The shown function's windows that changed; where builds or shapes share its name, all of a start's again. */
    private List<WindowTable.Column> changed(WindowTable windows) {
        List<WindowTable.Key> keys = windows.functions().stream()
                .filter(key -> key.service().equals(shown.service()))
                .filter(key -> {
                    Dictionary.Function function = model.view().function(key.buildId(), key.function());
                    return function != null && function.name().equals(shown.name());
                })
                .toList();
        Map<Long, WindowTable.Column> sums = new TreeMap<>();
        keys.forEach(key -> windows.changedAfter(key, seen).forEach(each -> sums.put(each.startNs(), each)));
        if (keys.size() > 1) {
            sums.replaceAll((start, any) -> sum(windows, keys, start));
        }
        return new ArrayList<>(sums.values());
    }

    private static WindowTable.Column sum(WindowTable windows, List<WindowTable.Key> keys, long startNs) {
        return keys.stream()
                .flatMap(key -> windows.at(key, startNs).stream())
                .reduce((a, b) -> new WindowTable.Column(
                        startNs,
                        Math.max(a.endNs(), b.endNs()),
                        a.totals().plus(b.totals()),
                        Math.max(a.version(), b.version())))
                .orElseThrow(() -> new IllegalStateException("a changed window is gone: start=" + startNs));
    }

    private static List<Column> columns(List<WindowTable.Column> changed) {
        List<Column> columns = new ArrayList<>();
        for (WindowTable.Column each : changed) {
            columns.add(new Column(
                    each.startNs() / NS_PER_MS,
                    (each.endNs() - each.startNs()) / NS_PER_MS,
                    each.totals().buckets(),
                    each.totals().sumNs(),
                    each.totals().maxNs()));
        }
        return columns;
    }

    /** The busiest others of the edges whose one end is the shown function. */
    private List<Edge> edges(
            List<EdgeSeries> all, Function<EdgeSeries, String> thisEnd, Function<EdgeSeries, String> otherEnd) {
        Map<String, Edge> others = all.stream()
                .filter(each -> thisEnd.apply(each).equals(shown.name()))
                .collect(Collectors.toMap(
                        otherEnd,
                        each -> new Edge(otherEnd.apply(each), each.calls(), each.sumNs()),
                        (a, b) -> new Edge(a.name(), a.calls() + b.calls(), a.sum() + b.sum())));
        return others.values().stream()
                .sorted(Comparator.comparingLong(Edge::calls).reversed().thenComparing(Edge::name))
                .limit(EDGES)
                .toList();
    }

    private Endings endings() {
        CallTotals totals = model.view().functions().named().stream()
                .filter(each -> each.service().equals(shown.service())
                        && each.function().name().equals(shown.name()))
                .map(FunctionSeries::totals)
                .reduce(CallTotals.NONE, CallTotals::plus);
        AbandonedCalls abandoned = totals.abandoned();
        return new Endings(
                totals.calls(),
                totals.paired(),
                totals.sumNs(),
                totals.selfNs(),
                totals.tails(),
                abandoned.panic(),
                abandoned.goexit(),
                abandoned.goroutineEnd(),
                abandoned.processEnd(),
                abandoned.detach(),
                abandoned.unknown(),
                totals.unmatched(),
                totals.uncertain(),
                totals.lost());
    }
}
