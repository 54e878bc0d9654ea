package io.goroscope.cli;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import picocli.CommandLine.Option;

/**
 * How a command reaches Kafka. Security settings (TLS, SASL) come from a file and pass through to every client; nothing
 * of it is printed or logged here.
 */
public final class KafkaOptions {

    @Option(
            names = {"-b", "--bootstrap-server"},
            paramLabel = "HOST:PORT[,...]",
            defaultValue = "${env:GOROSCOPE_BOOTSTRAP_SERVERS:-localhost:9092}",
            description = "Kafka's addresses (default: ${DEFAULT-VALUE}; also GOROSCOPE_BOOTSTRAP_SERVERS).")
    private String bootstrapServers;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            defaultValue = "${env:GOROSCOPE_KAFKA_CONFIG}",
            description = "Properties file with any Kafka client settings, such as TLS and SASL.")
    private Path config;

    @Option(
            names = "--topic-prefix",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Put before each topic's name, so that several pipelines can share a cluster.")
    private String prefix;

    /** The topics' names. */
    public Topics topics() {
        return prefix.isEmpty() ? Topics.DEFAULT : new Topics(prefix);
    }

    /** Where the brokers are, for messages. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /**
     * Properties for any client: those of the file, with the addresses.
     *
     * @throws UserException if the file cannot be read
     */
    public Properties client() {
        return client(bootstrapServers, config);
    }

    /**
     * The same from settings that were read elsewhere.
     *
     * @param config a properties file, or null
     */
    static Properties client(String bootstrapServers, Path config) {
        Properties client = new Properties();
        if (config != null) {
            try (Reader in = Files.newBufferedReader(config, StandardCharsets.UTF_8)) {
                client.load(in);
            } catch (IOException | IllegalArgumentException e) {
                throw new UserException(
                        "cannot read --kafka-config " + config + ": "
                                + e.getClass().getSimpleName() + " " + e.getMessage(),
                        e);
            }
        }
        client.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return client;
    }
}
