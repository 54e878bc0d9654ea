package io.goroscope.sink;

import io.goroscope.schemas.Topics;
import java.time.Duration;
import java.util.Map;

/**
 * What a sink reads and where it serves.
 *
 * @param bootstrapServers addresses of Kafka brokers, {@code host:port} with commas between
 * @param topics the topics' names
 * @param host address to serve on, localhost by default: what is traced is nobody else's business unless so chosen
 * @param port port to serve on; 0 for a free one
 * @param clientProperties further properties of the Kafka consumer (security, time limits)
 * @param seriesLimit how many functions of processes, and how many edges, are served; the rest is counted
 * @param staleAfter after how long a silence a lane is stale
 * @param push where to send to of its own accord
 */
public record SinkConfig(
        String bootstrapServers,
        Topics topics,
        String host,
        int port,
        Map<String, String> clientProperties,
        int seriesLimit,
        Duration staleAfter,
        PushTargets push) {

    private static final int DEFAULT_SERIES_LIMIT = 10_000;
    private static final Duration DEFAULT_STALE_AFTER = Duration.ofSeconds(30);

    public SinkConfig {
        clientProperties = Map.copyOf(clientProperties);
        if (seriesLimit < 1) {
            throw new IllegalArgumentException("seriesLimit must be >= 1: " + seriesLimit);
        }
    }

    /** The defaults: unprefixed topics, a free port on localhost. */
    public static SinkConfig of(String bootstrapServers) {
        return new SinkConfig(
                bootstrapServers,
                Topics.DEFAULT,
                "localhost",
                0,
                Map.of(),
                DEFAULT_SERIES_LIMIT,
                DEFAULT_STALE_AFTER,
                PushTargets.NONE);
    }

    /** The same with other topics. */
    public SinkConfig withTopics(Topics other) {
        return new SinkConfig(bootstrapServers, other, host, port, clientProperties, seriesLimit, staleAfter, push);
    }

    /** The same on another address. */
    public SinkConfig withAddress(String otherHost, int otherPort) {
        return new SinkConfig(
                bootstrapServers, topics, otherHost, otherPort, clientProperties, seriesLimit, staleAfter, push);
    }

    /** The same with other consumer properties. */
    public SinkConfig withClientProperties(Map<String, String> other) {
        return new SinkConfig(bootstrapServers, topics, host, port, other, seriesLimit, staleAfter, push);
    }

    /** The same with another limit. */
    public SinkConfig withSeriesLimit(int other) {
        return new SinkConfig(bootstrapServers, topics, host, port, clientProperties, other, staleAfter, push);
    }

    /** The same with another time until a silent lane is stale. */
    public SinkConfig withStaleAfter(Duration other) {
        return new SinkConfig(bootstrapServers, topics, host, port, clientProperties, seriesLimit, other, push);
    }

    /** The same that sends of its own accord. */
    public SinkConfig withPush(PushTargets other) {
        return new SinkConfig(bootstrapServers, topics, host, port, clientProperties, seriesLimit, staleAfter, other);
    }
}
