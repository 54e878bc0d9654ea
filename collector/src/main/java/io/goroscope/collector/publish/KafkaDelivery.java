package io.goroscope.collector.publish;

import io.goroscope.schemas.LanePartitioner;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Kafka's producer: idempotent, acknowledged by all replicas, in order within a partition, and trying for as long as it is
 * open. What it holds meanwhile is bounded by its buffer.
 */
public final class KafkaDelivery implements Delivery {

    private final KafkaProducer<byte[], byte[]> producer;
    private final Topics topics;
    private final int partitions;

    private KafkaDelivery(KafkaProducer<byte[], byte[]> producer, Topics topics, int partitions) {
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
    public static KafkaDelivery connect(Properties client, Topics topics) {
        int partitions = Producers.partitions(client, topics);
        KafkaProducer<byte[], byte[]> producer = Producers.neverWaiting(client);
        awaitMetadata(producer, topics);
        return new KafkaDelivery(producer, topics, partitions);
    }

    @Override
    public boolean offer(OutgoingRecord record, Receipt receipt) {
        Integer partition = record.lane() == null ? null : LanePartitioner.partition(record.lane(), partitions);
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(
                topics.of(record.kind()), partition, record.timestampMs(), record.key(), record.value());
        Answer answer = new Answer(receipt);
        try {
            // The callback hears of every failure.
            var unused = producer.send(message, answer);
        } catch (KafkaException e) {
            receipt.failed(e);
        }
        return answer.wasTaken();
    }

    /**
     * What the producer says of one record. It tells by the callback, before {@code send} returns, that it has no room or no
     * metadata and may not wait for either: then the record was not taken, and may be offered again.
     */
    private static final class Answer implements Callback {
        private final Receipt receipt;
        private final Thread sender = Thread.currentThread();
        private boolean sending = true;
        private boolean turnedAway;

        Answer(Receipt receipt) {
            this.receipt = receipt;
        }

        /** To be asked once, by the thread that sends. */
        boolean wasTaken() {
            sending = false;
            return !turnedAway;
        }

        @Override
        public void onCompletion(RecordMetadata metadata, Exception e) {
            if (e == null) {
                receipt.arrived();
            } else if (Thread.currentThread() == sender && sending && e instanceof TimeoutException) {
                turnedAway = true;
            } else {
                receipt.failed(e);
            }
        }
    }

    @Override
    public void close(Duration limit) {
        producer.close(limit);
    }

    /** A producer that must not wait has to know its topics before the first record. */
    private static void awaitMetadata(KafkaProducer<byte[], byte[]> producer, Topics topics) {
        long deadline = System.nanoTime() + Producers.CONNECT_LIMIT.toNanos();
        for (Topics.Kind kind : List.of(Topics.Kind.EVENTS, Topics.Kind.COUNTS, Topics.Kind.FUNCTIONS)) {
            while (true) {
                try {
                    producer.partitionsFor(topics.of(kind));
                    break;
                } catch (TimeoutException e) {
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
