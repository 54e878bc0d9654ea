package io.goroscope.streams.topology;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One instance of the Streams job, running until it is closed. Its methods may be called from any thread. */
public final class StreamsJob implements AutoCloseable {

    /** Where the job is. */
    public enum State {
        /** Getting its partitions, or restoring their state. */
        STARTING,
        /** Processing. */
        RUNNING,
        /** Closed, or closing. */
        STOPPED,
        /** Gave up; {@link #failure} says why. */
        FAILED
    }

    private static final Logger LOG = LoggerFactory.getLogger(StreamsJob.class);
    private static final int TOPIC_CHECK_S = 30;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
    private static final String LAG_METRIC = "records-lag";
    private static final String COMMIT_METRIC = "commit-latency-avg";
    private static final String THREADS_GROUP = "stream-thread-metrics";
    private static final double NS_PER_MS = 1e6;

    private final KafkaStreams streams;
    private final JobCounters counters;
    private final AtomicReference<Throwable> failure;
    private final BrokerWatch watch;

    private StreamsJob(
            KafkaStreams streams, JobCounters counters, AtomicReference<Throwable> failure, BrokerWatch watch) {
        this.streams = streams;
        this.watch = watch;
        this.counters = counters;
        this.failure = failure;
    }

    /**
     * Checks the topics and starts; returns at once.
     *
     * @throws UserException if the broker does not answer, a topic is missing, or a property does not fit
     */
    public static StreamsJob start(StreamsJobConfig config) {
        return start(config, state -> {});
    }

    /**
     * The same with a listener.
     *
     * @param onChange called with every new state, on a thread of Kafka Streams; must not block
     */
    public static StreamsJob start(StreamsJobConfig config, Consumer<State> onChange) {
        Properties properties = JobProperties.of(config);
        checkTopics(config);
        JobCounters counters = new JobCounters();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        KafkaStreams streams;
        try {
            streams = new KafkaStreams(LaneTopology.build(config, counters), properties, new JobClients());
        } catch (KafkaException e) {
            throw new UserException("cannot start the Streams job: " + e.getMessage(), e);
        }
        streams.setUncaughtExceptionHandler(e -> {
            if (willPass(e)) {
                LOG.warn("a thread of the Streams job is replaced, as long as it takes: {}", rootMessage(e));
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            }
            failure.compareAndSet(null, reason(e));
            LOG.error("the Streams job gave up", e);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.setStateListener((now, before) -> onChange.accept(stateOf(now)));
        LOG.info("starting {}", config);
        streams.start();
        return new StreamsJob(streams, counters, failure, BrokerWatch.start(config, streams));
    }

    /**
     * A broker that is away for longer than the clients try ends a thread. Its transaction is aborted, and the thread that
     * takes its place restores the state from the changelog and goes on from the offsets that go with it. A thread that goes
     * on sending when the broker is back learns by the state of its transaction that this has been aborted meanwhile.
     */
    private static boolean willPass(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UserException) {
                return false;
            }
            if (cause instanceof RetriableException
                    || cause instanceof TransactionAbortableException
                    || cause instanceof InvalidTxnStateException) {
                return true;
            }
        }
        return false;
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }

    /** What a user can do something about, where it is wrapped; else what happened. */
    private static Throwable reason(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UserException) {
                return cause;
            }
        }
        return e;
    }

    private static void checkTopics(StreamsJobConfig config) {
        Topics topics = config.topics();
        Set<String> names = new HashSet<>();
        for (Topics.Kind kind : Topics.Kind.values()) {
            names.add(topics.of(kind));
        }
        try (Admin admin = JobClients.admin(config, "topics")) {
            Map<String, TopicDescription> found =
                    admin.describeTopics(names).allTopicNames().get(TOPIC_CHECK_S, TimeUnit.SECONDS);
            int events = found.get(topics.of(Topics.Kind.EVENTS)).partitions().size();
            int counts = found.get(topics.of(Topics.Kind.COUNTS)).partitions().size();
            if (events != counts) {
                throw new UserException("topic " + topics.of(Topics.Kind.COUNTS) + " has " + counts + " partitions and "
                        + topics.of(Topics.Kind.EVENTS) + " has " + events
                        + ": make them equal, see `goroscope topics`");
            }
        } catch (ExecutionException e) {
            throw refused(config, e.getCause());
        } catch (TimeoutException | KafkaException e) {
            throw refused(config, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserException("interrupted while asking the broker for the topics", e);
        }
    }

    private static UserException refused(StreamsJobConfig config, Throwable why) {
        if (why instanceof UnknownTopicOrPartitionException) {
            return new UserException(
                    "a topic of the pipeline is missing: " + why.getMessage() + " Create them with `goroscope topics`",
                    why);
        }
        String servers = config.client().getProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
        String detail = why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
        return new UserException("no answer from Kafka at " + servers + ": " + detail, why);
    }

    private static State stateOf(KafkaStreams.State state) {
        return switch (state) {
            case CREATED, REBALANCING -> State.STARTING;
            case RUNNING -> State.RUNNING;
            case PENDING_SHUTDOWN, NOT_RUNNING -> State.STOPPED;
            case PENDING_ERROR, ERROR -> State.FAILED;
        };
    }

    /** Where it is now. */
    public State state() {
        return stateOf(streams.state());
    }

    /** Why it failed, or null; a {@link UserException} where somebody can do something about it. */
    public Throwable failure() {
        return failure.get();
    }

    /** What this instance has done. */
    public JobCounters counters() {
        return counters;
    }

    /** Input records that are on the broker and were not fetched yet, as far as this instance's consumers know. */
    public long lag() {
        double lag = 0;
        for (Metric metric : streams.metrics().values()) {
            if (metric.metricName().name().equals(LAG_METRIC)
                    && metric.metricValue() instanceof Double value
                    && value > 0) {
                lag += value;
            }
        }
        return Math.round(lag);
    }

    /** How long a commit takes, ns: the average of the slowest thread over the metrics' window; 0 where there was none. */
    public long commitLatencyNs() {
        double slowestMs = 0;
        for (Metric metric : streams.metrics().values()) {
            if (metric.metricName().name().equals(COMMIT_METRIC)
                    && metric.metricName().group().equals(THREADS_GROUP)
                    && metric.metricValue() instanceof Double value
                    && !value.isNaN()) {
                slowestMs = Math.max(slowestMs, value);
            }
        }
        return Math.round(slowestMs * NS_PER_MS);
    }

    /** Ends it in order: what was processed is committed, the partitions go to other instances. */
    @Override
    public void close() {
        watch.close();
        if (!streams.close(CLOSE_TIMEOUT)) {
            LOG.warn("the Streams job did not end within {}", CLOSE_TIMEOUT);
        }
    }
}
