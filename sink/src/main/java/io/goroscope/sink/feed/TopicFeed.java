package io.goroscope.sink.feed;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Topics.Kind;
import io.goroscope.schemas.UserException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads whole topics into a {@link FeedHandler} on a thread of its own. */
public final class TopicFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicFeed.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final FeedHandler handler;
    private final List<TopicPartition> partitions;
    private final Set<String> tailed;
    private final long tailRecords;
    private final FeedStatus status = new FeedStatus();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closing;

    private TopicFeed(
            FeedConfig config,
            KafkaConsumer<byte[], byte[]> consumer,
            FeedHandler handler,
            List<TopicPartition> partitions) {
        this.consumer = consumer;
        this.handler = handler;
        this.partitions = partitions;
        this.tailRecords = config.tailRecords();
        this.tailed = config.kinds().stream()
                .filter(kind -> !FeedConfig.compacted(kind))
                .map(config.topics()::of)
                .collect(Collectors.toUnmodifiableSet());
        this.thread = new Thread(this::run, config.clientId());
        thread.setDaemon(true);
    }

    /**
     * Connects and begins to read.
     *
     * @throws UserException if no broker answers within 30 s, or a topic is not there, or a property is wrong
     */
    public static TopicFeed start(FeedConfig config, FeedHandler handler) {
        KafkaConsumer<byte[], byte[]> consumer = connect(config);
        try {
            TopicFeed feed = new TopicFeed(config, consumer, handler, partitions(config, consumer));
            feed.thread.start();
            return feed;
        } catch (RuntimeException e) {
            consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
            throw e;
        }
    }

    private static KafkaConsumer<byte[], byte[]> connect(FeedConfig config) {
        try {
            return new KafkaConsumer<>(
                    config.consumerProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (KafkaException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new UserException(
                    "cannot make a Kafka consumer for " + config.bootstrapServers() + ": " + reason.getMessage(), e);
        }
    }

    private static List<TopicPartition> partitions(FeedConfig config, KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (Kind kind : config.kinds()) {
            String topic = config.topics().of(kind);
            for (PartitionInfo each : describe(config, consumer, topic)) {
                partitions.add(new TopicPartition(each.topic(), each.partition()));
            }
        }
        return partitions;
    }

    private static List<PartitionInfo> describe(
            FeedConfig config, KafkaConsumer<byte[], byte[]> consumer, String topic) {
        List<PartitionInfo> found;
        try {
            found = consumer.partitionsFor(topic, CONNECT_LIMIT);
        } catch (TimeoutException e) {
            throw new UserException(
                    "cannot reach Kafka at " + config.bootstrapServers() + ": no answer within "
                            + CONNECT_LIMIT.toSeconds() + " s; is the broker up, and its advertised address right?",
                    e);
        } catch (KafkaException e) {
            throw new UserException(
                    "cannot read topic " + topic + " at " + config.bootstrapServers() + ": " + e.getMessage(), e);
        }
        if (found == null || found.isEmpty()) {
            throw new UserException("topic " + topic + " does not exist at " + config.bootstrapServers()
                    + ": create the topics with goroscope topics --create");
        }
        return found;
    }

    /** How the feed fares. */
    public FeedStatus status() {
        return status;
    }

    /**
     * Waits until the feed ends.
     *
     * @throws UserException if it ended by itself, with the reason
     */
    public void join() throws InterruptedException {
        ended.await();
        if (status.failure() != null) {
            throw new UserException(
                    "reading from Kafka ended: " + status.failure().getMessage(), status.failure());
        }
    }

    private void run() {
        try (consumer) {
            consumer.assign(partitions);
            while (!closing) {
                readFromTheBeginning();
            }
        } catch (WakeupException e) {
            if (!closing) {
                status.fail(e);
            }
        } catch (RuntimeException e) {
            LOG.error("reading {} ended", partitions, e);
            status.fail(e);
        } finally {
            ended.countDown();
        }
    }

    /** Returns when closing, or when a topic was made anew and all has to be read again. */
    private void readFromTheBeginning() {
        Map<TopicPartition, Long> ends = null;
        while (!closing) {
            try {
                if (ends == null) {
                    ends = seek();
                }
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
                    apply(each);
                }
                passEnds(ends);
            } catch (OffsetOutOfRangeException | NoOffsetForPartitionException e) {
                LOG.warn("a topic was made anew, reading all again: {}", e.getMessage());
                status.setCaughtUp(false);
                status.countReset();
                handler.reset();
                return;
            } catch (RetriableException e) {
                LOG.warn("Kafka is away, trying on: {}", e.getMessage());
            }
        }
    }

    /** Goes to where reading begins; returns the ends that are to be passed. */
    private Map<TopicPartition, Long> seek() {
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        for (TopicPartition each : partitions) {
            long begin = begins.get(each);
            boolean tail = tailed.contains(each.topic());
            consumer.seek(each, tail ? Math.max(begin, ends.get(each) - tailRecords) : begin);
        }
        return new HashMap<>(ends);
    }

    private void apply(ConsumerRecord<byte[], byte[]> record) {
        status.countRecord();
        try {
            long heardMs = Math.min(System.currentTimeMillis(), record.timestamp());
            handler.apply(FeedDecoder.decode(
                    record.key(), record.value(), status.caughtUp() ? System.currentTimeMillis() : heardMs));
        } catch (BadRecordException e) {
            status.countBadRecord();
            LOG.debug(
                    "bad record: topic={}, partition={}, offset={}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e);
        }
    }

    private void passEnds(Map<TopicPartition, Long> ends) {
        ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (ends.isEmpty()) {
            status.setCaughtUp(true);
        }
        long lag = 0;
        for (TopicPartition each : partitions) {
            lag += consumer.currentLag(each).orElse(0);
        }
        status.setLag(lag);
    }

    /** Ends the feed; what the handler has stays. */
    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            thread.join(CLOSE_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
