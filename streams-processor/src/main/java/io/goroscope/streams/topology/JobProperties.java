package io.goroscope.streams.topology;

import io.goroscope.schemas.UserException;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.GroupProtocol;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Kafka Streams' properties for the job: ours, the user's over them, and those that nobody may change.
 *
 * <p>Output goes on within 15 s after an instance was killed. Its partitions are given to others when its session ends
 * (6 s, the least that a broker allows by default) and the others learn so with their next heartbeat (1 s). Its open transaction holds back the offsets until the broker ends it:
 * the state is in memory, so the new owner has another process id and cannot fence it. So the transaction's timeout is 8 s,
 * to which comes the broker's own scan ({@code transaction.abort.timed.out.transaction.cleanup.interval.ms}: 10 s by
 * default, 1 s in the embedded broker and in our compose file). With group.protocol=streams the broker's settings
 * ({@code group.streams.session.timeout.ms}) take the place of the session's.
 *
 * <p>A task never waits for the one of its inputs that has nothing: events and exact counters make different lanes, which do not
 * ask in what order they come.
 */
final class JobProperties {

    private static final int SESSION_TIMEOUT_MS = 6_000;
    private static final int HEARTBEAT_MS = 1_000;
    private static final int TRANSACTION_TIMEOUT_MS = 8_000;
    /** Commits are asked for when changes are sent; this is for when nothing is sent. */
    private static final int COMMIT_BACKSTOP_MS = 1_000;
    /** Batches of 50 KB: as many as keep a thread busy for some ms, and no more, for each partition. */
    private static final int MAX_BUFFERED_RECORDS = 200;
    /**
     * More than a fetch of 1 MB brings in batches of 50 KB or 5 KB. Only a poll that takes all of a fetch sends for the next one
     * before the thread goes to work; otherwise it waits for the broker in every second poll.
     */
    private static final int MAX_POLL_RECORDS = 1_000;

    /**
     * The kernel's own choice: it grows to hold what is under way while the thread is busy with what came before. In Kafka's
     * 64 KB there is room for a sixteenth of a fetch, and the thread waits for the rest of it in every poll.
     */
    private static final int RECEIVE_BUFFER_BYTES = -1;

    /**
     * All of a commit goes out at once, or in a few requests with 50,000 goroutines, whose frames are 2 MB. With the default of
     * 16 KB it takes dozens, of which several under way at the same time do not help: until the first of a transaction has brought
     * the partition in, the broker refuses those behind it as out of order, and they wait for their retry while the thread waits
     * for the commit.
     */
    private static final int PRODUCER_BATCH_BYTES = 512 << 10;

    /** Twice Kafka's: each partition that is written to has a batch of that size. */
    private static final long PRODUCER_BUFFER_BYTES = 64L << 20;

    /**
     * The first commit after the broker has closed a transaction finds its markers not written yet, and is told to try again.
     * With Kafka's 100 ms a thread stood still for a fifth of the time between two commits; the steps grow to a second as ever.
     */
    private static final int RETRY_BACKOFF_MS = 5;

    /**
     * Any: an instance that comes gets its share at once and restores it, in seconds, since the changelog stays near the size
     * of the state. With Kafka's default it would only warm up, and get work at the next probing rebalance, after 10 minutes.
     */
    private static final long ACCEPTABLE_RECOVERY_LAG = Long.MAX_VALUE;

    private JobProperties() {}

    static Properties of(StreamsJobConfig config) {
        Properties all = new Properties();
        all.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                Math.max(COMMIT_BACKSTOP_MS, 2 * config.sendEvery().toMillis()));
        all.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, MAX_BUFFERED_RECORDS);
        all.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        all.put(StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG, ACCEPTABLE_RECOVERY_LAG);
        all.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), MAX_POLL_RECORDS);
        all.put(StreamsConfig.consumerPrefix(ConsumerConfig.RECEIVE_BUFFER_CONFIG), RECEIVE_BUFFER_BYTES);
        all.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), TRANSACTION_TIMEOUT_MS);
        all.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), 1);
        all.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), PRODUCER_BATCH_BYTES);
        all.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), PRODUCER_BUFFER_BYTES);
        all.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), RETRY_BACKOFF_MS);
        if (!usesStreamsProtocol(config.client())) {
            all.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), SESSION_TIMEOUT_MS);
            all.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), HEARTBEAT_MS);
        }
        all.putAll(config.client());
        refuseWeakerGuarantee(config.client());
        all.putAll(Map.of(
                StreamsConfig.APPLICATION_ID_CONFIG,
                config.applicationId(),
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.EXACTLY_ONCE_V2,
                StreamsConfig.NUM_STREAM_THREADS_CONFIG,
                config.threads(),
                StreamsConfig.STATE_DIR_CONFIG,
                config.stateDirectory().toString(),
                StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG,
                config.threads() * config.cacheBytes(),
                StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG,
                true));
        return all;
    }

    /** Whether the brokers assign the tasks, rather than one of the instances. */
    static boolean usesStreamsProtocol(Properties client) {
        return GroupProtocol.STREAMS.name().equalsIgnoreCase(client.getProperty(StreamsConfig.GROUP_PROTOCOL_CONFIG));
    }

    private static void refuseWeakerGuarantee(Properties client) {
        Object asked = client.get(StreamsConfig.PROCESSING_GUARANTEE_CONFIG);
        if (asked != null && !asked.toString().toLowerCase(Locale.ROOT).equals(StreamsConfig.EXACTLY_ONCE_V2)) {
            throw new UserException("processing.guarantee=" + asked
                    + ": the counts are exact only with exactly_once_v2; take the line out");
        }
    }
}
