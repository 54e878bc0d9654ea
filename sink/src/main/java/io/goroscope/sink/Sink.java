package io.goroscope.sink;

import io.goroscope.schemas.Topics.Kind;
import io.goroscope.schemas.UserException;
import io.goroscope.sink.export.Exposition;
import io.goroscope.sink.feed.FeedConfig;
import io.goroscope.sink.feed.TopicFeed;
import io.goroscope.sink.table.PipelineView;
import java.util.Set;

/** A running sink: topics in, Prometheus out. */
public final class Sink implements AutoCloseable {

    private static final Set<Kind> KINDS = Set.of(Kind.TOTALS, Kind.FUNCTIONS, Kind.HEALTH);

    private final PipelineView view;
    private final TopicFeed feed;
    private final MetricsServer server;

    private Sink(PipelineView view, TopicFeed feed, MetricsServer server) {
        this.view = view;
        this.feed = feed;
        this.server = server;
    }

    /**
     * Connects to Kafka, begins to read, and serves. Returns when the port answers, which is before it is {@link #ready}.
     *
     * @throws UserException if no broker answers, a topic is not there, or the port is taken
     */
    public static Sink start(SinkConfig config) {
        PipelineView view = new PipelineView();
        FeedConfig source = new FeedConfig(
                config.bootstrapServers(), config.topics(), KINDS, 0, "goroscope-sink", config.clientProperties());
        TopicFeed feed = TopicFeed.start(source, view);
        try {
            Exposition exposition = new Exposition(view, feed.status(), config.seriesLimit(), config.staleAfter());
            return new Sink(view, feed, MetricsServer.start(config.host(), config.port(), exposition, feed.status()));
        } catch (RuntimeException e) {
            feed.close();
            throw e;
        }
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
        feed.close();
    }
}
