package io.goroscope.cli;

import io.goroscope.cli.MetricsServer.Health;
import io.goroscope.collector.Collector;
import io.goroscope.collector.CollectorStatus;
import io.goroscope.collector.ProcessStatus;
import io.goroscope.collector.publish.SinkStatus;
import io.goroscope.collector.watch.WatchedScope;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What a collector says of itself: what it probes and sees, what was lost and by which cause, whether the broker takes its records,
 * and in words what is wrong.
 */
final class CollectorMetrics {

    private static final String PREFIX = "goroscope_collector_";
    private static final double NS_PER_S = 1e9;
    private static final double PERCENT = 100;
    private static final long MIB = 1 << 20;
    private static final long RECENT_NS = TimeUnit.MINUTES.toNanos(1);

    private final Collector collector;
    private final Supplier<List<WatchedScope>> scopes;
    private final Supplier<List<String>> problems;
    private Losses seen = new Losses(0, 0, 0);
    private long seenNs = System.nanoTime() - RECENT_NS;

    /** Events that were lost, by where. */
    private record Losses(long ring, long spool, long broker) {
        long total() {
            return ring + spool + broker;
        }

        String words() {
            List<String> causes = new ArrayList<>();
            if (ring > 0) {
                causes.add(ring + " since the ring buffer was full (more events than this host's collector can take)");
            }
            if (spool > 0) {
                causes.add(spool + " since the spool was full or its disk failed");
            }
            if (broker > 0) {
                causes.add(broker + " since the broker did not take them");
            }
            return String.join(", ", causes);
        }

        Losses minus(Losses other) {
            return new Losses(ring - other.ring, spool - other.spool, broker - other.broker);
        }
    }

    /**
     * @param scopes what is attached now
     * @param problems what could not be done, a line each
     */
    CollectorMetrics(Collector collector, Supplier<List<WatchedScope>> scopes, Supplier<List<String>> problems) {
        this.collector = collector;
        this.scopes = scopes;
        this.problems = problems;
    }

    private Losses losses() {
        CollectorStatus status = collector.status();
        SinkStatus sink = collector.sinkStatus();
        // With a spool it is the disk that refuses; without one the producer's buffer, full of what the broker did not
        // take.
        long elsewhere = Math.max(0, status.refused() - sink.lostAtBroker());
        return sink.spooling()
                ? new Losses(status.lost(), elsewhere, sink.lostAtBroker())
                : new Losses(status.lost(), 0, status.refused());
    }

    /** In words, what is wrong now. */
    synchronized Health health() {
        List<String> complaints = new ArrayList<>();
        boolean works = collector.failure() == null;
        if (!works) {
            complaints.add("the collector has ended: " + collector.failure().getMessage());
        }
        SinkStatus sink = collector.sinkStatus();
        if (sink.awayNs() > 0) {
            complaints.add(String.format(
                    Locale.ROOT,
                    "the broker has not taken records for %d s; %d MiB wait in the spool, %.0f %% of its size",
                    TimeUnit.NANOSECONDS.toSeconds(sink.awayNs()),
                    sink.spooledBytes() / MIB,
                    PERCENT * sink.spooledBytes() / sink.spoolBytes()));
        }
        Losses now = losses();
        Losses recent = now.minus(seen);
        if (recent.total() > 0) {
            complaints.add("events were lost in the last minute or two: " + recent.words());
        }
        if (System.nanoTime() - seenNs > RECENT_NS) {
            seen = now;
            seenNs = System.nanoTime();
        }
        complaints.addAll(BudgetMetrics.complaints(scopes.get()));
        complaints.addAll(problems.get());
        return new Health(works, complaints);
    }

    /** As they are now. */
    List<MetricSnapshot> snapshots() {
        CollectorStatus status = collector.status();
        SinkStatus sink = collector.sinkStatus();
        List<MetricSnapshot> all = new ArrayList<>();
        all.add(gauge("running", "1 while it collects.", collector.failure() == null ? 1 : 0));
        all.add(gauge("processes", "Processes traced now.", status.processes()));
        all.add(counter("calls", "Exact calls of all processes, as of the last reading.", status.calls()));
        all.add(counter("events", "Entries and returns that went into batches.", status.events()));
        all.add(lost());
        all.add(gauge("spool_bytes", "Bytes on disk that wait for the broker.", (double) sink.spooledBytes()));
        all.add(gauge("spool_limit_bytes", "How many there may be; 0 without a spool.", (double) sink.spoolBytes()));
        all.add(gauge(
                "broker_away_seconds",
                "For how long the broker has not taken records as they come; 0 while it does.",
                sink.awayNs() / NS_PER_S));
        all.add(gauge(
                "problems",
                "Things that could not be done, such as a file that cannot be attached to; /health says which.",
                problems.get().size()));
        addScopes(all);
        all.addAll(BudgetMetrics.of(scopes.get(), collector));
        return all;
    }

    private MetricSnapshot lost() {
        Losses losses = losses();
        return CounterSnapshot.builder()
                .name(PREFIX + "lost_events")
                .help("Entries and returns that were lost, by where: in the ring buffer, in the spool, at the broker.")
                .dataPoint(lost("ring", losses.ring()))
                .dataPoint(lost("spool", losses.spool()))
                .dataPoint(lost("broker", losses.broker()))
                .build();
    }

    private static CounterDataPointSnapshot lost(String cause, long events) {
        return CounterDataPointSnapshot.builder()
                .labels(Labels.of("cause", cause))
                .value((double) events)
                .build();
    }

    private void addScopes(List<MetricSnapshot> all) {
        GaugeSnapshot.Builder probes =
                GaugeSnapshot.builder().name(PREFIX + "probes").help("Places that are probed, by rule and build.");
        GaugeSnapshot.Builder functions = GaugeSnapshot.builder()
                .name(PREFIX + "functions")
                .help("Functions that are probed, by rule and build.");
        CounterSnapshot.Builder calls = CounterSnapshot.builder()
                .name(PREFIX + "process_calls")
                .help("Exact calls of a process, which are the hits of its entry probes.");
        for (WatchedScope scope : scopes.get()) {
            Labels labels = Labels.of("rule", scope.rule(), "exe", scope.path(), "build_id", scope.buildId());
            probes.dataPoint(point(labels, scope.session().probes()));
            functions.dataPoint(point(labels, scope.functions()));
            for (ProcessStatus process : collector.processes(scope.session())) {
                calls.dataPoint(CounterDataPointSnapshot.builder()
                        .labels(labels(scope, process))
                        .value((double) process.calls())
                        .build());
            }
        }
        all.add(probes.build());
        all.add(functions.build());
        all.add(calls.build());
    }

    /** Of one life of a process. */
    static Labels labels(WatchedScope scope, ProcessStatus process) {
        return Labels.of(
                "rule",
                scope.rule(),
                "service",
                process.service(),
                "pid",
                String.valueOf(process.pid()),
                "start_ticks",
                String.valueOf(process.startTicks()));
    }

    private static GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }

    private static MetricSnapshot counter(String name, String help, long value) {
        return Samples.counter(PREFIX + name, help, value);
    }

    private static MetricSnapshot gauge(String name, String help, double value) {
        return Samples.gauge(PREFIX + name, help, value);
    }
}
