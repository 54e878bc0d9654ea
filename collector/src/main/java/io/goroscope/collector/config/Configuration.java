package io.goroscope.collector.config;

import io.goroscope.collector.rules.Rule;
import java.nio.file.Path;
import java.util.List;

/** All that a collector can be told; {@code docs/configuration.md} says what each key means. */
public record Configuration(
        Kafka kafka, Spool spool, Identity collector, Budget budget, Metrics metrics, List<Rule> rules) {

    public Configuration {
        rules = List.copyOf(rules);
    }

    /**
     * Where records go.
     *
     * @param bootstrapServers Kafka's addresses
     * @param config properties file of any Kafka client, or null: its secrets stay in it
     * @param topicPrefix before each topic's name
     */
    public record Kafka(String bootstrapServers, Path config, String topicPrefix) {}

    /**
     * The queue on disk.
     *
     * @param folder or null for none
     * @param maxMib its size at most, MiB
     */
    public record Spool(Path folder, int maxMib) {}

    /**
     * How the collector appears in its records.
     *
     * @param label of a collector beside another, or empty
     * @param lanes for each process
     */
    public record Identity(String label, int lanes) {}

    /**
     * What tracing may cost, in percent of one CPU.
     *
     * @param processPercent each traced process at most; 0 for no limit
     * @param hostPercent all of them together at most; 0 for no limit
     */
    public record Budget(double processPercent, double hostPercent) {}

    /**
     * Where the collector tells how it fares.
     *
     * @param listen address
     * @param port 0 for a free one; -1 for none
     */
    public record Metrics(String listen, int port) {}
}
