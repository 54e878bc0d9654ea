package io.goroscope.collector.publish;

import io.goroscope.schemas.LanePartitioner;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
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
        int partitions = Producers.partitions(client, topics);
        KafkaProducer<byte[], byte[]> producer = Producers.neverWaiting(client);
        awaitMetadata(producer, topics);
        return new KafkaSink(producer, topics, partitions);
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
            LOG.warn("cannot publish to {} ({} so far): {}", topics.of(record.kind()), n, Producers.rootMessage(e));
        }
    }

    /** A producer that must not wait has to know its topics before the first record. */
    private static void awaitMetadata(KafkaProducer<byte[], byte[]> producer, Topics topics) {
        long deadline = System.nanoTime() + Producers.CONNECT_LIMIT.toNanos();
        for (Topics.Kind kind : List.of(Topics.Kind.EVENTS, Topics.Kind.COUNTS, Topics.Kind.FUNCTIONS)) {
            while (true) {
                try {
                    producer.partitionsFor(topics.of(kind));
                    break;
                } catch (org.apache.kafka.common.errors.TimeoutException e) {
                    if (System.nanoTime() > deadline) {
                        producer.close(Duration.ZERO);
                        throw new UserException(
                                "no metadata of topic " + topics.of(kind) + " within "
                                        + Producers.CONNECT_LIMIT.toSeconds() + " s",
                                e);
                    }
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                }
            }
        }
    }
}
