package io.goroscope.streams.topology;

import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka Streams' clients, as it makes them itself, but for a producer that ends with its first abort; and the job's own.
 */
final class JobClients implements KafkaClientSupplier {

    private static final Logger LOG = LoggerFactory.getLogger(JobClients.class);

    /** A client of the job's own, beside those of Kafka Streams. */
    static Admin admin(StreamsJobConfig config, String purpose) {
        Properties properties = new Properties();
        properties.putAll(config.client());
        properties.put(AdminClientConfig.CLIENT_ID_CONFIG, config.applicationId() + "-" + purpose);
        return Admin.create(properties);
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new OneAbortProducer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Begins no transaction after one that was aborted, and says that it is fenced. Then Kafka Streams takes the state of
     * all of the thread's tasks for lost, restores it, and makes a new producer.
     *
     * <p>The tasks of a thread share its transaction. Where one of them is found corrupted (a send took longer than {@code
     * max.block.ms}), Kafka Streams 4.3 commits the others, closes that one and aborts the transaction; but while the
     * group rebalances it cannot commit, skips it, and aborts all the same ({@code TaskManager.handleCorruption}). The
     * others then go on: what they had sent and written is gone, and their next commit leaves the records that it came
     * from behind. With three brokers, one of which was killed while an instance joined, 192 records were lost so.
     */
    private static final class OneAbortProducer extends KafkaProducer<byte[], byte[]> {

        private boolean aborted;

        OneAbortProducer(Map<String, Object> config) {
            super(config, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public void abortTransaction() {
            aborted = true;
            super.abortTransaction();
        }

        @Override
        public void beginTransaction() {
            if (aborted) {
                String why = "a transaction of this thread was aborted: its tasks go on from what is committed";
                LOG.warn(why);
                throw new ProducerFencedException(why);
            }
            super.beginTransaction();
        }
    }
}
