package io.goroscope.e2e;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.LifecycleKind;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.testbed.kafka.TopicReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What collectors have sent to the topic of events, as the job takes it: a batch that came twice counts once. */
final class ArrivedEvents {

    private static final Set<LifecycleKind> ENDS = EnumSet.of(LifecycleKind.PROCESS_END, LifecycleKind.COLLECTOR_END);

    private static final class Lane {
        private long epoch;
        private long next;
        private long events;
        private long lost;
        private long missing;
        private boolean ended;
    }

    private final Map<ByteBuffer, Lane> lanes = new HashMap<>();

    private ArrivedEvents() {}

    /** Reads the topic up to its present end. */
    static ArrivedEvents read(String bootstrapServers, Topics topics) {
        ArrivedEvents arrived = new ArrivedEvents();
        BatchDecoder decoder = new BatchDecoder();
        DecodedBatch batch = new DecodedBatch();
        Properties client = new Properties();
        client.put("bootstrap.servers", bootstrapServers);
        TopicReader.read(client, topics.of(Topics.Kind.EVENTS), record -> {
            try {
                decoder.decode(record.value(), batch);
                arrived.add(record.key(), batch);
            } catch (BadRecordException e) {
                throw new IllegalStateException("a collector sent what is no batch", e);
            }
        });
        return arrived;
    }

    /** The key is that of LanePartitioner: collector, epoch, … */
    private void add(byte[] key, DecodedBatch batch) {
        Lane lane = lanes.get(ByteBuffer.wrap(key));
        if (lane == null) {
            lane = new Lane();
            lane.epoch = Long.parseLong(new String(key, StandardCharsets.UTF_8).split("/")[1]);
            lanes.put(ByteBuffer.wrap(key), lane);
        }
        if (batch.sequence() < lane.next) {
            return;
        }
        lane.missing += batch.sequence() - lane.next;
        lane.next = batch.sequence() + 1;
        lane.events += batch.eventCount();
        lane.lost += batch.lost();
        lane.ended |= batch.lifecycle().stream().anyMatch(event -> ENDS.contains(event.getKind()));
    }

    /** When the collectors began, ns since 1970. */
    SortedSet<Long> epochs() {
        return lanes.values().stream().map(lane -> lane.epoch).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Events of the collectors that began at these times, ns since 1970. */
    long events(LongPredicate epochs) {
        return sum(epochs, lane -> lane.events);
    }

    /** Events that they say are lost. */
    long lost(LongPredicate epochs) {
        return sum(epochs, lane -> lane.lost);
    }

    /** Batches that never came, or came behind a later one. */
    long missingBatches(LongPredicate epochs) {
        return sum(epochs, lane -> lane.missing);
    }

    /** Lanes that were said to end, with the process or the collector. */
    long ended(LongPredicate epochs) {
        return sum(epochs, lane -> lane.ended ? 1 : 0);
    }

    private long sum(LongPredicate epochs, ToLongFunction<Lane> what) {
        return lanes.values().stream()
                .filter(lane -> epochs.test(lane.epoch))
                .mapToLong(what)
                .sum();
    }

    /** All collectors. */
    static boolean all(long epoch) {
        return true;
    }
}
