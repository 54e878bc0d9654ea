package io.goroscope.sink.export;

import io.goroscope.schemas.avro.Health;
import io.goroscope.sink.table.LaneHealth;
import io.goroscope.sink.table.Source;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;

/** What each lane of the pipeline has brought. */
final class LaneMetrics {

    private static final double NS_PER_S = 1e9;

    private LaneMetrics() {}

    private static Labels labels(LaneHealth lane) {
        Source source = lane.source();
        return Labels.of(
                "service",
                lane.health().getService(),
                "process",
                source.process().label(),
                "collector",
                source.collector(),
                "epoch",
                Long.toString(source.epoch()),
                "lane",
                Integer.toString(source.lane()));
    }

    static void points(List<LaneHealth> lanes, long nowMs, long staleAfterMs, Families out) {
        for (LaneHealth lane : lanes) {
            Labels labels = labels(lane);
            Health health = lane.health();
            long created = lane.source().epoch();
            counters(labels, health, created, out);
            out.gauge(MetricNames.LANE_OPEN_FRAMES, "Calls that are open.", labels, health.getOpenFrames());
            out.gauge(MetricNames.LANE_GOROUTINES, "Goroutines with open calls.", labels, health.getGoroutines());
            out.gauge(
                    MetricNames.LANE_TIME,
                    "The lane's own time at its last batch, seconds since 1970.",
                    labels,
                    health.getUpdatedNs() / NS_PER_S);
            out.gauge(
                    MetricNames.LANE_STALE,
                    "1 where a lane that has not ended has been silent for too long, by the sink's clock.",
                    labels,
                    lane.stale(nowMs, staleAfterMs) ? 1 : 0);
        }
    }

    private static void counters(Labels labels, Health health, long created, Families out) {
        out.counter(MetricNames.LANE_BATCHES, "Batches applied.", labels, health.getBatches(), created);
        out.counter(MetricNames.LANE_EVENTS, "Events applied.", labels, health.getEvents(), created);
        out.counter(
                MetricNames.LANE_DUPLICATES,
                "Batches dropped, since they had come before.",
                labels,
                health.getDuplicates(),
                created);
        out.counter(MetricNames.LANE_GAPS, "Batches that never came.", labels, health.getGaps(), created);
        out.counter(
                MetricNames.LANE_LOST, "Events lost before they were published.", labels, health.getLost(), created);
        out.counter(
                MetricNames.LANE_UNCERTAIN,
                "Calls kept out of the durations for a possible loss.",
                labels,
                health.getUncertain(),
                created);
        out.counter(MetricNames.LANE_UNMATCHED, "Returns without an entry.", labels, health.getUnmatched(), created);
        out.counter(
                MetricNames.LANE_NO_IDENTITY,
                "Events whose goroutine could not be read.",
                labels,
                health.getNoIdentity(),
                created);
        out.counter(
                MetricNames.LANE_OFF_STACK,
                "Events outside the goroutine's stack, such as in signal handlers.",
                labels,
                health.getOffStack(),
                created);
    }
}
