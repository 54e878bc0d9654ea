package io.goroscope.cli;

import io.goroscope.cli.MetricsServer.Health;
import io.goroscope.schemas.BadRecordException.Reason;
import io.goroscope.schemas.UserException;
import io.goroscope.streams.topology.JobCounters;
import io.goroscope.streams.topology.StreamsJob;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What one instance of the Streams job says of itself to Prometheus. How the pipeline fares as a whole is in the output topics
 * and comes from the sink; this is what only an instance knows: how far it lags, how long its commits take, and what it
 * had to set aside since it started.
 */
public final class JobMetrics implements AutoCloseable {

    private static final String PREFIX = "goroscope_streams_";
    private static final double NS_PER_S = 1e9;

    private final MetricsServer server;

    private JobMetrics(MetricsServer server) {
        this.server = server;
    }

    /**
     * Begins to serve {@code /metrics} and {@code /health}.
     *
     * @param port 0 for a free one
     * @throws UserException if the address cannot be had
     */
    public static JobMetrics serve(StreamsJob job, String address, int port) {
        return new JobMetrics(MetricsServer.serve(() -> snapshots(job), () -> health(job), address, port));
    }

    /** The port that it serves on. */
    public int port() {
        return server.port();
    }

    private static Health health(StreamsJob job) {
        StreamsJob.State state = job.state();
        return switch (state) {
            case RUNNING -> new Health(true, List.of());
            case FAILED -> new Health(false, List.of("the job has failed: " + job.failure()));
            case STARTING, STOPPED ->
                new Health(
                        true,
                        List.of("the job is " + state.name().toLowerCase(Locale.ROOT)
                                + ": it gets its partitions, or restores their state"));
        };
    }

    private static List<MetricSnapshot> snapshots(StreamsJob job) {
        JobCounters counters = job.counters();
        List<MetricSnapshot> all = new ArrayList<>();
        all.add(gauge(
                "running",
                "1 while this instance processes; 0 while it gets its partitions or restores their state.",
                job.state() == StreamsJob.State.RUNNING ? 1 : 0));
        all.add(gauge("lag_records", "Input records on the broker that were not fetched yet.", (double) job.lag()));
        all.add(gauge(
                "commit_latency_seconds",
                "How long commits take on average, over the last 30 s or so.",
                job.commitLatencyNs() / NS_PER_S));
        all.add(counter("records", "Input records applied.", counters.records()));
        all.add(counter("snapshots", "Snapshots of state written.", counters.snapshots()));
        all.add(counter(
                "skipped_records",
                "Input records that were deleted before they could be read: retention was too short.",
                counters.skipped()));
        CounterSnapshot.Builder deadLetters = CounterSnapshot.builder()
                .name(PREFIX + "dead_letters")
                .help("Input records that could not be used and went to the dead-letter topic, by the reason.");
        for (Reason reason : Reason.values()) {
            deadLetters.dataPoint(CounterDataPointSnapshot.builder()
                    .labels(Labels.of("reason", reason.name().toLowerCase(Locale.ROOT)))
                    .value((double) counters.refusedFor(reason))
                    .build());
        }
        all.add(deadLetters.build());
        return all;
    }

    private static MetricSnapshot counter(String name, String help, long value) {
        return Samples.counter(PREFIX + name, help, value);
    }

    private static MetricSnapshot gauge(String name, String help, double value) {
        return Samples.gauge(PREFIX + name, help, value);
    }

    @Override
    public void close() {
        server.close();
    }
}
