package io.goroscope.sink.feed;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.Topics.Kind;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * What a feed reads, and from where.
 *
 * @param bootstrapServers addresses of brokers, {@code host:port} with commas between
 * @param topics the topics' names
 * @param kinds which of them to read
 * @param tailRecords of a topic that is not compacted, how many of its last records to begin with in each partition;
 *     older ones are history
 * @param clientId name of the client in the broker's logs
 * @param clientProperties further properties of the Kafka consumer (security, time limits); they go over ours but for
 *     the few that correctness stands on
 */
public record FeedConfig(
        String bootstrapServers,
        Topics topics,
        Set<Kind> kinds,
        long tailRecords,
        String clientId,
        Map<String, String> clientProperties) {

    public FeedConfig {
        kinds = Set.copyOf(kinds);
        clientProperties = Map.copyOf(clientProperties);
    }

    /** Whether a topic keeps the last value of every key, so that only the whole of it is the truth. */
    static boolean compacted(Kind kind) {
        return switch (kind) {
            case FUNCTIONS, TOTALS, HEALTH -> true;
            case EVENTS, COUNTS, LATENCY, DEAD_LETTER -> false;
        };
    }

    Properties consumerProperties() {
        Properties all = new Properties();
        all.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        all.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, "262144");
        all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000");
        all.putAll(clientProperties);
        all.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        // A position that the broker does not know means another topic of the same name: begin anew, never skip.
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        all.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return all;
    }
}
