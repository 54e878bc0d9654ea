package io.goroscope.streams.testing;

import io.goroscope.schemas.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** How far a job has come, by the offsets that it has committed. */
public final class CommittedInput implements AutoCloseable {

    private static final int LIMIT_S = 60;

    private final Admin admin;
    private final Topics topics;
    private final String group;

    /** @param group application.id of the job */
    public CommittedInput(Properties client, Topics topics, String group) {
        this.admin = Admin.create(client);
        this.topics = topics;
        this.group = group;
    }

    /** True when all records of the inputs are processed. */
    public boolean isProcessed() {
        Map<TopicPartition, OffsetAndMetadata> committed =
                get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        return ends(List.of(Topics.Kind.EVENTS, Topics.Kind.COUNTS)).entrySet().stream()
                .allMatch(end -> {
                    OffsetAndMetadata offset = committed.get(end.getKey());
                    return end.getValue() == (offset == null ? 0 : offset.offset());
                });
    }

    /** Where topics end. */
    public Map<TopicPartition, Long> ends(List<Topics.Kind> kinds) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        Map<String, TopicDescription> found = get(
                admin.describeTopics(kinds.stream().map(topics::of).toList()).allTopicNames());
        found.forEach((topic, description) -> description
                .partitions()
                .forEach(each -> wanted.put(new TopicPartition(topic, each.partition()), OffsetSpec.latest())));
        Map<TopicPartition, Long> ends = new HashMap<>();
        get(admin.listOffsets(wanted).all()).forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(LIMIT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
