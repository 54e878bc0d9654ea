package io.goroscope.streams.topology;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.schemas.Topics;
import io.goroscope.streams.testing.TestCluster;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;

class JobClientsTest {

    private static final Topics TOPICS = new Topics("clients.");

    @Test
    void shouldBeginNoTransactionAfterOneThatWasAborted() {
        try (TestCluster cluster = new TestCluster(1)) {
            cluster.createTopics(TOPICS, 1);
            try (Producer<byte[], byte[]> producer = producer(cluster)) {
                producer.initTransactions();
                send(producer);
                producer.commitTransaction();
                send(producer);
                producer.abortTransaction();

                assertThatThrownBy(producer::beginTransaction).isInstanceOf(ProducerFencedException.class);
            }
            // The one that takes its place.
            try (Producer<byte[], byte[]> producer = producer(cluster)) {
                producer.initTransactions();
                send(producer);
                producer.commitTransaction();
            }
        }
    }

    private static Producer<byte[], byte[]> producer(TestCluster cluster) {
        Map<String, Object> config = new HashMap<>();
        cluster.client().forEach((key, value) -> config.put(key.toString(), value));
        config.put("transactional.id", "job");
        return new JobClients().getProducer(config);
    }

    private static void send(Producer<byte[], byte[]> producer) {
        producer.beginTransaction();
        var unused = producer.send(new ProducerRecord<>(TOPICS.of(Topics.Kind.HEALTH), new byte[1], new byte[1]));
        producer.flush();
    }
}
