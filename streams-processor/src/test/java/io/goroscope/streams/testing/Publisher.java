package io.goroscope.streams.testing;

import io.goroscope.schemas.LanePartitioner;
import io.goroscope.schemas.Topics;
import io.goroscope.streams.lane.LaneSet.Input;
import io.goroscope.streams.testing.SyntheticProcess.Produced;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Publishes records as a collector does. Closing waits for all of them and fails if one did not arrive. */
public final class Publisher implements AutoCloseable {

    private final Topics topics;
    private final int partitions;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private Future<RecordMetadata> last;

    /** @param partitions of the input topics */
    public Publisher(Properties client, Topics topics, int partitions) {
        this.topics = topics;
        this.partitions = partitions;
        Properties properties = new Properties();
        properties.putAll(client);
        properties.put("linger.ms", "20");
        // See the collector's Producers: several requests at once may end in one that is refused for ever.
        properties.put("max.in.flight.requests.per.connection", "1");
        // A broker may be away for a while, and nothing may be lost.
        properties.put("delivery.timeout.ms", "300000");
        properties.put("max.block.ms", "300000");
        properties.put("batch.size", String.valueOf(256 * 1024));
        producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Publishes a record to its lane's partition. */
    public void publish(Produced record) {
        Topics.Kind kind = record.input() == Input.EVENTS ? Topics.Kind.EVENTS : Topics.Kind.COUNTS;
        publish(new ProducerRecord<>(
                topics.of(kind),
                LanePartitioner.partition(record.lane(), partitions),
                record.timestampMs(),
                record.key(),
                record.value()));
    }

    /** Publishes any record. */
    public void publish(ProducerRecord<byte[], byte[]> record) {
        last = producer.send(record, (metadata, e) -> {
            if (e != null) {
                failure.compareAndSet(null, e);
            }
        });
    }

    @Override
    public void close() {
        producer.close();
        if (failure.get() != null || (last != null && !last.isDone())) {
            throw new IllegalStateException("not all records were published", failure.get());
        }
    }
}
