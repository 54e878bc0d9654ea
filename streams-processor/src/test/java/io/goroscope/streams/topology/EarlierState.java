package io.goroscope.streams.topology;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.Topics.Kind;
import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.schemas.capture.CaptureWriter;
import io.goroscope.streams.lane.LaneSet.Input;
import io.goroscope.streams.testing.Publisher;
import io.goroscope.streams.testing.SyntheticProcess;
import io.goroscope.streams.testing.SyntheticProcess.Produced;
import io.goroscope.streams.testing.SyntheticProcess.Size;
import io.goroscope.streams.testing.SyntheticProcess.Trouble;
import io.goroscope.streams.testing.TestCluster;
import io.goroscope.streams.testing.Waiting;
import io.goroscope.testbed.kafka.TopicReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * All that a job leaves in Kafka when it stops in mid-stream, with open calls, in a file: what it had read, its changelog,
 * its offsets, its outputs; and what it would have read next. One partition each.
 *
 * <pre>
 *  topic of the record     key                value
 *  goroscope.KIND          as it came         input that was read, or the last value of an output
 *  changelog               store's key        its last value
 *  offset/goroscope.KIND   the metadata       the offset, in decimal
 *  next/goroscope.KIND     as it came         input that was not read
 * </pre>
 */
final class EarlierState {

    static final String NEXT = "next/";
    static final Duration WINDOW = Duration.ofMillis(1);

    private static final String CHANGELOG = "changelog";
    private static final String OFFSET = "offset/";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** As seldom as transactions allow, so that what was applied lies in the journal still when the job is closed. */
    private static final Duration SELDOM = Duration.ofSeconds(3);

    /** The first byte of a journal entry's key. */
    private static final byte SLOT = 0x02;

    private static final List<Kind> INPUTS = List.of(Kind.EVENTS, Kind.COUNTS);
    private static final List<Kind> OUTPUTS = List.of(Kind.TOTALS, Kind.LATENCY, Kind.HEALTH);

    private EarlierState() {}

    /** The input that a record is, or empty where it is none. */
    static Optional<Input> input(CapturedRecord record) {
        String topic = record.getTopic().replace(NEXT, "");
        return topic.equals(Topics.DEFAULT.of(Kind.EVENTS))
                ? Optional.of(Input.EVENTS)
                : topic.equals(Topics.DEFAULT.of(Kind.COUNTS)) ? Optional.of(Input.COUNTS) : Optional.empty();
    }

    /** Lets a job of this version run into the middle of a stream, and writes down what there is then. */
    static void record(TestCluster cluster, Path file, Path work) throws Exception {
        for (int attempt = 1; !record(cluster, file, work, "earlier" + attempt); attempt++) {
            System.out.println("the journal was emptied before the job was closed: again");
        }
    }

    private static boolean record(TestCluster cluster, Path file, Path work, String name) throws Exception {
        Topics topics = new Topics(name + ".");
        cluster.createTopics(topics, 1);
        List<Produced> records = new ArrayList<>();
        SyntheticProcess process = new SyntheticProcess(
                "host", 20_261_124, new Size(2, 40, 9, 64), new Trouble(0.003, 0.02, 0.05), records::add);
        process.begin();
        process.run(4000);
        int snapshot = records.size();
        process.run(2000);
        int stop = records.size();
        process.run(5000);
        process.end();
        StreamsJobConfig config = StreamsJobConfig.of(cluster.client(), work)
                .withTopics(topics)
                .withApplicationId(name + ".job")
                .withWindow(WINDOW);
        run(cluster, config, records.subList(0, snapshot));
        // All of these stay in the journal.
        run(cluster, config.withSendEvery(SELDOM), records.subList(snapshot, stop));
        try (CaptureWriter out = CaptureWriter.create(file)) {
            for (Produced each : records.subList(0, stop)) {
                out.append(captured(Topics.DEFAULT.of(kind(each)), each));
            }
            for (Kind kind : OUTPUTS) {
                append(out, Topics.DEFAULT.of(kind), cluster, topics.of(kind));
            }
            append(out, CHANGELOG, cluster, changelog(config));
            if (TopicReader.lastValues(cluster.client(), changelog(config)).keySet().stream()
                    .noneMatch(key -> key[0] == SLOT)) {
                return false;
            }
            for (Map.Entry<TopicPartition, OffsetAndMetadata> each :
                    offsets(cluster, config).entrySet()) {
                String kind = each.getKey().topic().substring(topics.prefix().length());
                String offset = Long.toString(each.getValue().offset());
                out.append(captured(OFFSET + kind, bytes(each.getValue().metadata()), bytes(offset), 0));
            }
            for (Produced each : records.subList(stop, records.size())) {
                out.append(captured(NEXT + Topics.DEFAULT.of(kind(each)), each));
            }
            return true;
        }
    }

    private static void run(TestCluster cluster, StreamsJobConfig config, List<Produced> records) {
        try (Publisher publisher = new Publisher(cluster.client(), config.topics(), 1)) {
            records.forEach(publisher::publish);
        }
        try (StreamsJob job = StreamsJob.start(config)) {
            Waiting.until("all records applied", LIMIT, () -> job.counters().records() == records.size());
            if (config.sendEvery().compareTo(SELDOM) < 0) {
                Waiting.until("all records settled", LIMIT, () -> job.counters().settled() == records.size());
            }
        }
    }

    private static void append(CaptureWriter out, String name, TestCluster cluster, String topic) throws IOException {
        for (Map.Entry<byte[], byte[]> each :
                TopicReader.lastValues(cluster.client(), topic).entrySet()) {
            out.append(captured(name, each.getKey(), each.getValue(), 0));
        }
    }

    /** Makes a cluster's topics and offsets what they were, under other names. */
    static void restore(TestCluster cluster, List<CapturedRecord> recorded, StreamsJobConfig config) throws Exception {
        cluster.createTopics(config.topics(), 1);
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        try (Admin admin = Admin.create(cluster.client());
                Publisher publisher = new Publisher(cluster.client(), config.topics(), 1)) {
            admin.createTopics(List.of(new NewTopic(changelog(config), 1, (short) -1)
                            .configs(Map.of("cleanup.policy", "compact"))))
                    .all()
                    .get();
            for (CapturedRecord each : recorded) {
                String topic = each.getTopic();
                if (topic.startsWith(OFFSET)) {
                    offsets.put(
                            new TopicPartition(config.topics().prefix() + topic.substring(OFFSET.length()), 0),
                            new OffsetAndMetadata(
                                    Long.parseLong(text(each.getValue())), Optional.empty(), text(each.getKey())));
                } else {
                    String name = topic.equals(CHANGELOG)
                            ? changelog(config)
                            : config.topics().prefix() + topic.replace(NEXT, "");
                    publisher.publish(new ProducerRecord<>(
                            name, 0, each.getTimestampMs(), bytes(each.getKey()), bytes(each.getValue())));
                }
            }
            admin.alterConsumerGroupOffsets(config.applicationId(), offsets)
                    .all()
                    .get();
        }
        if (offsets.size() != INPUTS.size()) {
            throw new IllegalStateException("offsets of " + offsets.keySet());
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(TestCluster cluster, StreamsJobConfig config)
            throws Exception {
        try (Admin admin = Admin.create(cluster.client())) {
            return admin.listConsumerGroupOffsets(config.applicationId())
                    .partitionsToOffsetAndMetadata()
                    .get();
        }
    }

    private static String changelog(StreamsJobConfig config) {
        return config.applicationId() + "-" + LaneProcessor.NAME + "-changelog";
    }

    private static Kind kind(Produced record) {
        return record.input() == Input.EVENTS ? Kind.EVENTS : Kind.COUNTS;
    }

    private static CapturedRecord captured(String topic, Produced record) {
        return captured(topic, record.key(), record.value(), record.timestampMs());
    }

    private static CapturedRecord captured(String topic, byte[] key, byte[] value, long timestampMs) {
        return new CapturedRecord(topic, timestampMs, ByteBuffer.wrap(key), ByteBuffer.wrap(value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What a buffer has left. */
    static byte[] bytes(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }

    private static String text(ByteBuffer buffer) {
        return new String(bytes(buffer), StandardCharsets.UTF_8);
    }
}
