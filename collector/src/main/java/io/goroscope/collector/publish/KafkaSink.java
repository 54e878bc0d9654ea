package io.goroscope.collector.publish;

import io.goroscope.schemas.LanePartitioner;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes records with Kafka's producer: idempotent, acknowledged by all replicas, and in order within a lane.
 *
 * <p>A broker that is away for a while costs nothing as long as the producer's buffer lasts; then records are refused at
 * once, since a probe must never wait, and the gap in the lane's numbers tells every reader.
 */
public final class KafkaSink implements RecordSink {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaSink.class);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(15);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final KafkaProducer<byte[], byte[]> producer;
    private final Topics topics;
    private final int partitions;
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    private KafkaSink(KafkaProducer<byte[], byte[]> producer, Topics topics, int partitions) {
        this.producer = producer;
        this.topics = topics;
        this.partitions = partitions;
    }

    /**
     * Connects to a broker whose topics exist.
     *
     * @param client properties of any Kafka client, with {@code bootstrap.servers}; security settings pass through
     * @throws UserException if no broker answers or the topics are not there
     */
    public static KafkaSink connect(Properties client, Topics topics) {
        int partitions = partitions(client, topics);
        Properties properties = new Properties();
        properties.putAll(Map.ofEntries(
                Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
                Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true"),
                Map.entry(ProducerConfig.LINGER_MS_CONFIG, "5"),
                Map.entry(ProducerConfig.BATCH_SIZE_CONFIG, String.valueOf(256 * 1024)),
                Map.entry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd"),
                Map.entry(ProducerConfig.COMPRESSION_ZSTD_LEVEL_CONFIG, "1"),
                Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, String.valueOf(32 * 1024 * 1024)),
                // Refuse at once when the buffer is full, and else keep trying for as long as the buffer lasts.
                Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, "0"),
                // Metadata that was forgotten would have to be waited for.
                Map.entry(ProducerConfig.METADATA_MAX_IDLE_CONFIG, String.valueOf(Integer.MAX_VALUE)),
                Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, String.valueOf(Integer.MAX_VALUE)),
                Map.entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, String.valueOf(2 * BatchDescriptor.MAX_BYTES))));
        properties.putAll(client);
        try {
            KafkaProducer<byte[], byte[]> producer =
                    new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
            awaitMetadata(producer, topics);
            return new KafkaSink(producer, topics, partitions);
        } catch (KafkaException e) {
            throw new UserException("cannot make a Kafka producer: " + rootMessage(e), e);
        }
    }

    @Override
    public boolean offer(OutgoingRecord record) {
        Integer partition = record.lane() == null ? null : LanePartitioner.partition(record.lane(), partitions);
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(
                topics.of(record.kind()), partition, record.timestampMs(), record.key(), record.value());
        try {
            // The callback hears of every failure.
            var unused = producer.send(message, (metadata, e) -> {
                if (e != null) {
                    count(record, e);
                }
            });
            return true;
        } catch (KafkaException e) {
            log(record, e);
            return false;
        }
    }

    @Override
    public long failed() {
        return failed.get();
    }

    @Override
    public void close() {
        producer.close(CLOSE_LIMIT);
    }

    private void count(OutgoingRecord record, Exception e) {
        failed.addAndGet(record.events());
        log(record, e);
    }

    /** The first failure is news, each power of two of them a reminder; the rest is counted. */
    private void log(OutgoingRecord record, Exception e) {
        long n = failures.incrementAndGet();
        if ((n & (n - 1)) == 0) {
            LOG.warn("cannot publish to {} ({} so far): {}", topics.of(record.kind()), n, rootMessage(e));
        }
    }

    /** A producer that must not wait has to know its topics before the first record. */
    private static void awaitMetadata(KafkaProducer<byte[], byte[]> producer, Topics topics) {
        long deadline = System.nanoTime() + CONNECT_LIMIT.toNanos();
        for (Topics.Kind kind : List.of(Topics.Kind.EVENTS, Topics.Kind.COUNTS, Topics.Kind.FUNCTIONS)) {
            while (true) {
                try {
                    producer.partitionsFor(topics.of(kind));
                    break;
                } catch (org.apache.kafka.common.errors.TimeoutException e) {
                    if (System.nanoTime() > deadline) {
                        producer.close(Duration.ZERO);
                        throw new UserException(
                                "no metadata of topic " + topics.of(kind) + " within " + CONNECT_LIMIT.toSeconds()
                                        + " s",
                                e);
                    }
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                }
            }
        }
    }

    private static int partitions(Properties client, Topics topics) {
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

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
