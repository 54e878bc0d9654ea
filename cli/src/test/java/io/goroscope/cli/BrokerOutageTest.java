package io.goroscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.cli.topics.TopicSetup;
import io.goroscope.cli.topics.TopicSpec;
import io.goroscope.collector.publish.KafkaDelivery;
import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.collector.spool.SpoolingSink;
import io.goroscope.schemas.LanePartitioner;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.BatchEncoder;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.schemas.batch.LaneSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker that stops under load and comes back: nothing is lost, and the order within a lane holds. What the broker had written and
 * not acknowledged when it stopped may come again; its numbers tell, and the job drops it.
 */
class BrokerOutageTest {

    private static final int LANES = 3;
    private static final int EVENTS = 200;

    @TempDir
    private Path parent;

    private final List<BatchEncoder> encoders = new ArrayList<>();
    private long timeNs;

    @Test
    void shouldLoseNothingWhileTheBrokerIsAway() throws Exception {
        for (int lane = 0; lane < LANES; lane++) {
            encoders.add(new BatchEncoder(
                    new LaneSource(lane(lane), "/bin/app", "app", List.of(new ImageRef("b", "/bin/app"))), 0, EVENTS));
        }
        try (EmbeddedBroker broker = EmbeddedBroker.create(parent.resolve("broker"), Map.of())) {
            Properties client = new Properties();
            client.put("bootstrap.servers", broker.bootstrapServers());
            try (TopicSetup setup = TopicSetup.connect(client)) {
                setup.create(TopicSpec.all(Topics.DEFAULT, 4, TopicSpec.FOREVER), 0, 1);
            }
            try (SpoolingSink sink = SpoolingSink.open(
                    parent.resolve("spool"), 64 << 20, () -> KafkaDelivery.connect(client, Topics.DEFAULT))) {
                await(sink::isDirect);
                offer(sink, 300);
                broker.stop();
                // Memory is full, or patience at its end, long before this many.
                int offered = 300;
                while (sink.isDirect()) {
                    offer(sink, 1);
                    offered++;
                    LockSupport.parkNanos(1_000_000);
                }
                offer(sink, 2000 - offered);
                assertThat(sink.spooledBytes()).isPositive();
                broker.start();
                await(sink::isDirect);
                offer(sink, 100);
                assertThat(sink.lost()).isZero();
            }
            assertThat(batches(broker.bootstrapServers(), 2100)).allSatisfy(sequences -> assertThat(sequences)
                    .isEqualTo(LongStream.range(0, 2100).boxed().toList()));
        }
    }

    private static LaneId lane(int lane) {
        return new LaneId(new ProcessId("host", "boot", 42, 7L, 0), "c", 1L, lane, LANES);
    }

    private void offer(SpoolingSink sink, int batches) {
        for (int i = 0; i < batches; i++) {
            for (int lane = 0; lane < LANES; lane++) {
                BatchEncoder encoder = encoders.get(lane);
                for (int event = 0; event < EVENTS; event++) {
                    encoder.add(timeNs++, event, 64, 1, BatchDescriptor.ENTRY, 0, 0);
                }
                byte[] value = encoder.finish(timeNs, 0);
                OutgoingRecord record = new OutgoingRecord(
                        Topics.Kind.EVENTS, lane(lane), LanePartitioner.key(lane(lane)), value, 1, EVENTS);
                assertThat(sink.offer(record)).isTrue();
            }
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** The numbers of each lane's batches as the job takes them: one that is not above the one before is a repetition. */
    private static List<List<Long>> batches(String address, int each) throws Exception {
        List<List<Long>> byLane = new ArrayList<>();
        for (int lane = 0; lane < LANES; lane++) {
            byLane.add(new ArrayList<>());
        }
        BatchDecoder decoder = new BatchDecoder();
        DecodedBatch batch = new DecodedBatch();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", address, "group.id", "reader", "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(Topics.DEFAULT.of(Topics.Kind.EVENTS)));
            while (byLane.stream().anyMatch(lane -> lane.size() < each) && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    decoder.decode(record.value(), batch);
                    List<Long> lane = byLane.get(batch.lane());
                    if (lane.isEmpty() || batch.sequence() > lane.get(lane.size() - 1)) {
                        lane.add(batch.sequence());
                    }
                }
            }
        }
        return byLane;
    }
}
