package io.goroscope.collector.publish;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.ProcessId;
import java.time.Duration;
import java.util.Properties;

/**
 * Publishes to Kafka from memory alone.
 *
 * <p>A broker that is away for a while costs nothing as long as the producer's buffer lasts; then records are refused at
 * once, since a probe must never wait, and the gap in the lane's numbers tells every reader.
 */
public final class KafkaSink implements RecordSink {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final Delivery delivery;
    private final LostEvents lost = new LostEvents();
    private final FoldedWarnings warnings = new FoldedWarnings();

    /** @param delivery closed with the sink */
    KafkaSink(Delivery delivery) {
        this.delivery = delivery;
    }

    /**
     * Connects to a broker whose topics exist.
     *
     * @param client properties of any Kafka client, with {@code bootstrap.servers}; security settings pass through
     * @throws UserException if no broker answers or the topics are not there
     */
    public static KafkaSink connect(Properties client, Topics topics) {
        return new KafkaSink(KafkaDelivery.connect(client, topics));
    }

    @Override
    public boolean offer(OutgoingRecord record) {
        boolean taken = delivery.offer(record, new Delivery.Receipt() {
            @Override
            public void arrived() {}

            @Override
            public void failed(Exception why) {
                lost.add(record);
                warnings.warn("cannot publish to " + record.kind(), why);
            }
        });
        if (!taken) {
            warnings.warn(
                    "cannot publish to " + record.kind(), "the producer's buffer is full: the broker is away or slow");
        }
        return taken;
    }

    @Override
    public long lost() {
        return lost.total();
    }

    @Override
    public long lost(ProcessId process, long epoch) {
        return lost.of(process, epoch);
    }

    @Override
    public void close() {
        delivery.close(CLOSE_LIMIT);
    }
}
