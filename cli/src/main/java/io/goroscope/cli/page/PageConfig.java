package io.goroscope.cli.page;

import io.goroscope.schemas.Topics;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a live page reads and where it serves; always on the loopback address.
 *
 * @param bootstrapServers addresses of Kafka brokers
 * @param topics the topics' names
 * @param port port to serve on; 0 for a free one
 * @param clientProperties further properties of the Kafka consumer
 * @param probeCost what tracing costs now, where this process knows it
 */
public record PageConfig(
        String bootstrapServers,
        Topics topics,
        int port,
        Map<String, String> clientProperties,
        Supplier<Optional<ProbeCost>> probeCost) {

    public PageConfig {
        clientProperties = Map.copyOf(clientProperties);
    }

    /** The defaults: unprefixed topics, a free port, cost unknown. */
    public static PageConfig of(String bootstrapServers) {
        return new PageConfig(bootstrapServers, Topics.DEFAULT, 0, Map.of(), Optional::empty);
    }

    /** The same with other topics. */
    public PageConfig withTopics(Topics other) {
        return new PageConfig(bootstrapServers, other, port, clientProperties, probeCost);
    }

    /** The same on another port. */
    public PageConfig withPort(int other) {
        return new PageConfig(bootstrapServers, topics, other, clientProperties, probeCost);
    }

    /** The same with a source for the cost. */
    public PageConfig withProbeCost(Supplier<Optional<ProbeCost>> other) {
        return new PageConfig(bootstrapServers, topics, port, clientProperties, other);
    }
}
