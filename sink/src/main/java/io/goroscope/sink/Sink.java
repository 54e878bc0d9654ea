package io.goroscope.sink;

import io.goroscope.schemas.Topics.Kind;
import io.goroscope.schemas.UserException;
import io.goroscope.sink.export.Exposition;
import io.goroscope.sink.feed.FeedConfig;
import io.goroscope.sink.feed.FeedStatus;
import io.goroscope.sink.feed.TopicFeed;
import io.goroscope.sink.otlp.OtlpExport;
import io.goroscope.sink.remote.EventTimeTable;
import io.goroscope.sink.remote.RemoteWriter;
import io.goroscope.sink.table.PipelineView;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running sink: topics in, Prometheus out. */
public final class Sink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Sink.class);

    private static final Set<Kind> KINDS = Set.of(Kind.TOTALS, Kind.FUNCTIONS, Kind.HEALTH, Kind.LATENCY);

    /** Of each partition of the latency windows, where they are read for their slowest calls only. */
    private static final long RECENT_WINDOWS = 5000;

    private final PipelineView view;
    private final TopicFeed feed;
    private final MetricsServer server;
    private final List<AutoCloseable> pushes;

    private Sink(PipelineView view, TopicFeed feed, MetricsServer server, List<AutoCloseable> pushes) {
        this.view = view;
        this.feed = feed;
        this.server = server;
        this.pushes = pushes;
    }

    /**
     * Connects to Kafka, begins to read, and serves. Returns when the port answers, which is before it is {@link #ready}.
     *
     * @throws UserException if no broker answers, a topic is not there, or the port is taken
     */
    public static Sink start(SinkConfig config) {
        PipelineView view = new PipelineView();
        EventTimeTable times = new EventTimeTable(view);
        boolean remote = config.push().remoteWrite().isPresent();
        FeedConfig source = new FeedConfig(
                config.bootstrapServers(),
                config.topics(),
                KINDS,
                remote ? Long.MAX_VALUE : RECENT_WINDOWS,
                "goroscope-sink",
                config.clientProperties());
        TopicFeed feed = TopicFeed.start(source, remote ? times : view);
        try {
            Exposition exposition = new Exposition(view, feed.status(), config.seriesLimit(), config.staleAfter());
            MetricsServer server = MetricsServer.start(config.host(), config.port(), exposition, feed.status());
            return new Sink(view, feed, server, pushes(config.push(), feed.status(), times, exposition));
        } catch (RuntimeException e) {
            feed.close();
            throw e;
        }
    }

    private static List<AutoCloseable> pushes(
            PushTargets targets, FeedStatus feed, EventTimeTable times, Exposition exposition) {
        List<AutoCloseable> pushes = new ArrayList<>();
        targets.remoteWrite().ifPresent(address -> pushes.add(RemoteWriter.start(address, times, feed::caughtUp)));
        PrometheusRegistry complete = exposition.complete();
        targets.otlp()
                .ifPresent(address -> pushes.add(OtlpExport.start(
                        address,
                        targets.otlpInterval(),
                        () -> feed.caughtUp() ? complete.scrape() : new MetricSnapshots())));
        return pushes;
    }

    /** The port that it serves on. */
    public int port() {
        return server.port();
    }

    /** Whether it has read all that was there when it started. */
    public boolean ready() {
        return feed.status().caughtUp();
    }

    /** What the topics say now. */
    public PipelineView view() {
        return view;
    }

    /**
     * Waits until it is closed.
     *
     * @throws UserException if reading from Kafka ended by itself, with the reason
     */
    public void join() throws InterruptedException {
        feed.join();
    }

    @Override
    public void close() {
        server.close();
        for (AutoCloseable each : pushes) {
            try {
                each.close();
            } catch (Exception e) { // AutoCloseable declares no less
                LOG.warn("ending {} failed", each.getClass().getSimpleName(), e);
            }
        }
        feed.close();
    }
}
