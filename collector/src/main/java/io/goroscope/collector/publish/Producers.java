package io.goroscope.collector.publish;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.batch.BatchDescriptor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka producers as this pipeline needs them: idempotent, acknowledged by all replicas, with large batches. */
public final class Producers {

    static final Duration CONNECT_LIMIT = Duration.ofSeconds(15);

    private static final Map<String, String> COMMON = Map.ofEntries(
            Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
            Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true"),
            // A partition without a batch of this producer takes any sequence number (Kafka 4.3, ProducerAppendInfo).
            // Where
            // the first of several requests fails for a moment, as on a topic that was just made, the second is taken,
            // and
            // then the first is out of order for ever: seen here, on a busy machine. One at a time cannot overtake.
            Map.entry(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1"),
            Map.entry(ProducerConfig.LINGER_MS_CONFIG, "5"),
            Map.entry(ProducerConfig.BATCH_SIZE_CONFIG, String.valueOf(256 * 1024)),
            Map.entry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd"),
            Map.entry(ProducerConfig.COMPRESSION_ZSTD_LEVEL_CONFIG, "1"),
            Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, String.valueOf(32 * 1024 * 1024)),
            Map.entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, String.valueOf(2 * BatchDescriptor.MAX_BYTES)));

    private static final Map<String, String> NEVER_WAITING = Map.of(
            // The lanes' batches end one after the other, and a request costs more than what is in it.
            ProducerConfig.LINGER_MS_CONFIG,
            "100",
            // Refuse at once when the buffer is full, and else keep trying for as long as the buffer lasts.
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            "0",
            // Metadata that was forgotten would have to be waited for.
            ProducerConfig.METADATA_MAX_IDLE_CONFIG,
            String.valueOf(Integer.MAX_VALUE),
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            String.valueOf(Integer.MAX_VALUE));

    private Producers() {}

    /** A producer whose {@code send} never waits; it refuses instead. */
    static KafkaProducer<byte[], byte[]> neverWaiting(Properties client) {
        return producer(client, NEVER_WAITING);
    }

    /**
     * A producer whose {@code send} waits while its buffer is full.
     *
     * @param client properties of any Kafka client; they go before ours
     * @throws UserException if they do not fit together
     */
    public static KafkaProducer<byte[], byte[]> waiting(Properties client) {
        return producer(client, Map.of());
    }

    private static KafkaProducer<byte[], byte[]> producer(Properties client, Map<String, String> more) {
        Properties properties = new Properties();
        properties.putAll(COMMON);
        properties.putAll(more);
        properties.putAll(client);
        try {
            return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        } catch (KafkaException e) {
            throw new UserException("cannot make a Kafka producer: " + rootMessage(e), e);
        }
    }

    /**
     * How many partitions the events have.
     *
     * @throws UserException if no broker answers, or the topics are missing or do not fit
     */
    public static int partitions(Properties client, Topics topics) {
        String events = topics.of(Topics.Kind.EVENTS);
        String counts = topics.of(Topics.Kind.COUNTS);
        String servers = client.getProperty(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG);
        try (Admin admin = Admin.create(client)) {
            Map<String, TopicDescription> found = admin.describeTopics(
                            List.of(events, counts, topics.of(Topics.Kind.FUNCTIONS)))
                    .allTopicNames()
                    .get(CONNECT_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            int partitions = found.get(events).partitions().size();
            if (found.get(counts).partitions().size() != partitions) {
                throw new UserException("topics " + events + " and " + counts
                        + " must have the same number of partitions; check with: goroscope topics --check");
            }
            return partitions;
        } catch (TimeoutException e) {
            throw new UserException(
                    "no Kafka broker answers at " + servers + " within " + CONNECT_LIMIT.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new UserException(
                        "topic " + events + " or its companions are missing on " + servers
                                + "; create them with: goroscope topics --create",
                        e);
            }
            throw new UserException("cannot read topics from " + servers + ": " + rootMessage(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserException("interrupted while connecting to " + servers, e);
        } catch (KafkaException e) {
            throw new UserException("cannot connect to Kafka at " + servers + ": " + rootMessage(e), e);
        }
    }

    /** What went wrong in the end. */
    static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
