package io.goroscope.streams.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.Health;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.Lifecycle;
import io.goroscope.schemas.avro.LifecycleKind;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.BatchEncoder;
import io.goroscope.schemas.batch.LaneSource;
import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.testing.ReadTotals;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Goroutines come and go; what they leave open is dropped and counted, and nothing of them stays. */
class PassingGoroutinesTest {

    private static final long WINDOW_NS = 10_000_000_000L;
    private static final int ALIVE = 2000;
    private static final int OUTER = 1;
    private static final int INNER = 2;
    private static final int SAVE_EVERY = 64;

    private final Map<Topics.Kind, NavigableMap<byte[], byte[]>> outputs = new EnumMap<>(Topics.Kind.class);
    private final Map<ByteBuffer, byte[]> store = new HashMap<>();
    private final LaneSet lanes = new LaneSet(WINDOW_NS);
    private BatchEncoder encoder = encoder(1);
    private long timeNs = 1_000_000_000L;
    private long goroutines;
    private long batches;

    private static BatchEncoder encoder(long epoch) {
        LaneId lane = new LaneId(new ProcessId("host", "boot", 4000, 4711L, 0), "collector", epoch, 0, 1);
        return new BatchEncoder(
                new LaneSource(lane, "/usr/bin/app", "app", List.of(new ImageRef("build-1", "/usr/bin/app"))), 0, 4096);
    }

    @Test
    void shouldHoldAsMuchAfterTenMillionGoroutinesAsAfterOne() throws Exception {
        pass(1_000_000);
        long afterOne = usedHeap();
        int storedAfterOne = store.size();
        pass(9_000_000);
        assertThat(usedHeap()).as("heap, bytes").isLessThanOrEqualTo(afterOne + afterOne / 5);
        assertThat(store).as("entries in the store").hasSizeLessThanOrEqualTo(storedAfterOne);
        assertThat(abandoned(AbandonReason.GOROUTINE_END)).isEqualTo(2 * (goroutines - ALIVE));
        assertThat(openFrames()).isEqualTo(2 * ALIVE);
    }

    @Test
    void shouldDropAndCountWhatIsOpenWhenTheProcessEnds() throws Exception {
        pass(10_000);
        encoder.add(new Lifecycle(0, timeNs, LifecycleKind.PROCESS_END, -1, "exit 0"));
        publish();
        assertThat(abandoned(AbandonReason.PROCESS_END)).isEqualTo(2 * ALIVE);
        assertThat(openFrames()).isZero();
    }

    @Test
    void shouldDropAndCountWhatIsOpenWhenTheCollectorStartsAgain() throws Exception {
        pass(10_000);
        encoder = encoder(2);
        encoder.add(timeNs, 1, 100, OUTER, BatchDescriptor.ENTRY, 0, 0);
        publish();
        assertThat(abandoned(AbandonReason.DETACH)).isEqualTo(2 * ALIVE);
        assertThat(openFrames()).as("the one call of the new start").isEqualTo(1);
    }

    /** So many more begin, make a call within a call, and die in it; {@link #ALIVE} are alive at a time. */
    private void pass(int more) throws BadRecordException {
        for (int i = 0; i < more; i++) {
            goroutines++;
            add(goroutines, 100, OUTER, BatchDescriptor.ENTRY);
            add(goroutines, 200, INNER, BatchDescriptor.ENTRY);
            if (goroutines > ALIVE) {
                add(goroutines - ALIVE, 0, 0, BatchDescriptor.GOROUTINE_END);
            }
        }
        publish();
    }

    private void add(long goid, long depth, int function, int kind) throws BadRecordException {
        timeNs += 100;
        encoder.add(timeNs, goid, depth, function, kind, 0, 0);
        if (encoder.isFull()) {
            publish();
        }
    }

    private void publish() throws BadRecordException {
        lanes.check(LaneSet.Input.EVENTS, encoder.finish(timeNs, 0));
        lanes.apply(0);
        if (++batches % SAVE_EVERY == 0) {
            lanes.send((topic, key, value, timestampMs) -> {
                if (topic != Topics.Kind.LATENCY) {
                    take(topic, key, value, timestampMs);
                }
            });
            save();
        }
    }

    private void save() {
        lanes.save((key, value) -> {
            if (value == null) {
                store.remove(ByteBuffer.wrap(key));
            } else {
                store.put(ByteBuffer.wrap(key), value);
            }
        });
    }

    private static long usedHeap() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }

    /** What has become of the calls of both functions for this reason. */
    private long abandoned(AbandonReason reason) {
        Map<String, Long> totals = ReadTotals.ofTotals(sent(Topics.Kind.TOTALS));
        return Stream.of(OUTER, INNER)
                .mapToLong(function -> totals.getOrDefault(function + "/abandoned " + reason, 0L))
                .sum();
    }

    /** Calls that are open, in all lanes. */
    private long openFrames() throws BadRecordException {
        long open = 0;
        for (byte[] value : sent(Topics.Kind.HEALTH).values()) {
            open += Records.decode(value, Health.class).getOpenFrames();
        }
        return open;
    }

    private NavigableMap<byte[], byte[]> sent(Topics.Kind topic) {
        lanes.send(this::take);
        return outputs.computeIfAbsent(topic, unused -> new TreeMap<>(Arrays::compareUnsigned));
    }

    private void take(Topics.Kind topic, byte[] key, byte[] value, long timestampMs) {
        outputs.computeIfAbsent(topic, unused -> new TreeMap<>(Arrays::compareUnsigned))
                .put(key, value);
    }
}
