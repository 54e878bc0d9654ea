package io.goroscope.cli;

import io.goroscope.collector.publish.Producers;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.LanePartitioner;
import io.goroscope.schemas.RecordLane;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.schemas.avro.LaneId;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Sends captured records to the topics that they came from, each lane to the partition that it belongs to. */
public final class CaptureSender implements AutoCloseable {

    private final KafkaProducer<byte[], byte[]> producer;
    private final Topics topics;
    private final int partitions;
    private final RecordLane lanes = new RecordLane();
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    private CaptureSender(KafkaProducer<byte[], byte[]> producer, Topics topics, int partitions) {
        this.producer = producer;
        this.topics = topics;
        this.partitions = partitions;
    }

    /**
     * Connects to a broker whose topics exist.
     *
     * @throws UserException if no broker answers or the topics are not there
     */
    public static CaptureSender connect(Properties client, Topics topics) {
        int partitions = Producers.partitions(client, topics);
        return new CaptureSender(Producers.waiting(client), topics, partitions);
    }

    /**
     * Sends a record; waits while the broker is slow.
     *
     * @throws UserException if one sent before was refused
     */
    public void send(CapturedRecord record) {
        failIfRefused();
        byte[] value = Records.bytes(record.getValue());
        String topic = topics.prefix() + record.getTopic();
        var unused = producer.send(
                new ProducerRecord<>(
                        topic,
                        partition(record.getTopic(), value),
                        record.getTimestampMs(),
                        Records.bytes(record.getKey()),
                        value),
                (metadata, e) -> {
                    if (e != null) {
                        failure.compareAndSet(null, e);
                    }
                });
    }

    /**
     * Waits until all is acknowledged.
     *
     * @throws UserException if a record was refused
     */
    public void flush() {
        producer.flush();
        failIfRefused();
    }

    @Override
    public void close() {
        producer.close();
    }

    private void failIfRefused() {
        Exception e = failure.get();
        if (e != null) {
            throw new UserException("the broker refused a record: " + e.getMessage(), e);
        }
    }

    /** The lane's partition; a record that cannot be read goes where its key does, and on to the dead letters. */
    private Integer partition(String topic, byte[] value) {
        try {
            Topics.Kind kind = Topics.DEFAULT.kind(topic);
            LaneId lane = kind == null ? null : lanes.read(kind, value).lane();
            return lane == null ? null : LanePartitioner.partition(lane, partitions);
        } catch (BadRecordException e) {
            return null;
        }
    }
}
