package io.goroscope.cli.page;

import io.goroscope.cli.page.Frames.Lane;
import io.goroscope.cli.page.Frames.Pipeline;
import io.goroscope.schemas.avro.Health;
import io.goroscope.sink.feed.FeedStatus;
import io.goroscope.sink.table.FunctionSeries;
import io.goroscope.sink.table.LaneHealth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Makes the part of a frame that tells how the pipeline fares. */
final class PipelineFrames {

    private static final long RATE_SPAN_MS = 5_000;
    private static final long STALE_AFTER_MS = 10_000;
    private static final double NS_PER_S = 1e9;

    private final PageModel model;
    private final FeedStatus feed;
    private final Supplier<Optional<ProbeCost>> cost;
    private final Rates events = new Rates(RATE_SPAN_MS);

    PipelineFrames(PageModel model, FeedStatus feed, Supplier<Optional<ProbeCost>> cost) {
        this.model = model;
        this.feed = feed;
        this.cost = cost;
    }

    Pipeline frame(long nowMs) {
        List<LaneHealth> lanes = model.view().lanes();
        Map<Object, Long> counts = new HashMap<>();
        lanes.forEach(each -> counts.put(each.source(), each.health().getEvents()));
        events.sample(nowMs, counts);
        Map<Object, Double> rates = events.perSecond();
        Optional<ProbeCost> now = cost.get();
        return new Pipeline(
                rates.values().stream().mapToDouble(Double::doubleValue).sum(),
                Math.max(sum(lanes, Health::getLost), lostByFunctions()),
                sum(lanes, Health::getUncertain),
                sum(lanes, Health::getUnmatched),
                sum(lanes, Health::getGaps),
                running(lanes, Health::getOpenFrames),
                running(lanes, Health::getGoroutines),
                feed.lag(),
                feed.badRecords(),
                now.map(ProbeCost::nsPerHit).orElse(null),
                now.map(each -> each.nsPerHit() * each.hitsPerSecond() / NS_PER_S)
                        .orElse(null),
                lanes(lanes, rates, nowMs));
    }

    /** The kernel's own counters of loss, which need not wait for the batch that reports it. */
    private long lostByFunctions() {
        long lost = 0;
        for (FunctionSeries each : model.view().functions().named()) {
            lost += each.totals().lost();
        }
        return lost;
    }

    private static long sum(List<LaneHealth> lanes, ToLongFunction<Health> what) {
        return lanes.stream().map(LaneHealth::health).mapToLong(what).sum();
    }

    private static long running(List<LaneHealth> lanes, ToLongFunction<Health> what) {
        return lanes.stream()
                .map(LaneHealth::health)
                .filter(health -> !health.getEnded())
                .mapToLong(what)
                .sum();
    }

    private static List<Lane> lanes(List<LaneHealth> all, Map<Object, Double> rates, long nowMs) {
        List<Lane> lanes = new ArrayList<>();
        for (LaneHealth each : all) {
            Health health = each.health();
            lanes.add(new Lane(
                    health.getService(),
                    each.source().process().label(),
                    each.source().collector(),
                    each.source().lane(),
                    rates.getOrDefault(each.source(), 0.0),
                    health.getEvents(),
                    health.getLost(),
                    health.getGaps(),
                    health.getDuplicates(),
                    health.getUncertain(),
                    health.getUnmatched(),
                    health.getOpenFrames(),
                    each.heardMs(),
                    each.stale(nowMs, STALE_AFTER_MS),
                    health.getEnded()));
        }
        lanes.sort(Comparator.comparing(Lane::ended)
                .thenComparing(Lane::service)
                .thenComparing(Lane::process)
                .thenComparing(Lane::lane));
        return lanes;
    }
}
