package io.goroscope.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.streams.lane.LaneSet.Input;
import io.goroscope.streams.snapshot.ByteWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalTest {

    private static final byte META = 0x01;
    private static final byte SLOT = 0x02;

    private final KeyValueStore<byte[], byte[]> store = store();

    private static KeyValueStore<byte[], byte[]> store() {
        KeyValueStore<byte[], byte[]> store = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore("journal"), Serdes.ByteArray(), Serdes.ByteArray())
                .withLoggingDisabled()
                .build();
        store.init(new MockProcessorContext<>().getStateStoreContext(), store);
        return store;
    }

    private static byte[] record(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    private static List<Integer> restored(Journal journal) {
        return journal.restore((key, value) -> {}).stream()
                .map(entry -> ByteBuffer.wrap(entry.record).getInt())
                .toList();
    }

    private long slotsInStore() {
        long slots = 0;
        try (KeyValueIterator<byte[], byte[]> all = store.all()) {
            while (all.hasNext()) {
                slots += all.next().key[0] == SLOT ? 1 : 0;
            }
        }
        return slots;
    }

    /** The store may be committed, and its owner end, after any step. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldGiveBackWhatCameSinceTheLastSnapshot(long seed) {
        Random random = new Random(seed);
        Journal journal = new Journal(store, 1 << 20);
        List<Integer> expected = new ArrayList<>();
        for (int step = 0; step < 2000; step++) {
            switch (random.nextInt(12)) {
                case 0 -> {
                    journal.snapshot(sink -> {});
                    expected.clear();
                }
                case 1 -> {
                    journal.snapshot(sink -> {});
                    journal.emptySlots();
                    expected.clear();
                    assertThat(slotsInStore()).isZero();
                }
                case 2 -> {
                    journal = new Journal(store, 1 << 20);
                    assertThat(restored(journal))
                            .as("after step %d of seed %d", step, seed)
                            .isEqualTo(expected);
                }
                default -> {
                    journal.append(Input.EVENTS, 0, step, record(step));
                    expected.add(step);
                }
            }
        }
    }

    @Test
    void shouldUseFewSlotsHoweverManyRecordsComeBetweenTwoCommits() {
        Journal journal = new Journal(store, 1 << 20);
        for (int i = 0; i < 100_000; i++) {
            journal.append(Input.EVENTS, 0, i, record(i));
            if (i % 100 == 99) {
                journal.snapshot(sink -> {});
            }
        }
        assertThat(slotsInStore()).isEqualTo(100);
    }

    /** Before this layout an entry's slot was its number, modulo 4096. */
    @Test
    void shouldNotWriteOverEntriesThatAnEarlierReleaseLeft() {
        store.put(
                new byte[] {META},
                new ByteWriter().number(1).number(10).number(10).number(0).toBytes());
        for (int number = 10; number < 16; number++) {
            ByteBuffer value = ByteBuffer.allocate(3 * Long.BYTES + 1 + Integer.BYTES);
            value.putLong(number).putLong(0).putLong(number).put((byte) 0).putInt(number);
            store.put(
                    ByteBuffer.allocate(1 + Integer.BYTES)
                            .put(SLOT)
                            .putInt(number)
                            .array(),
                    value.array());
        }
        Journal journal = new Journal(store, 1 << 20);
        List<Integer> expected = new ArrayList<>(List.of(10, 11, 12, 13, 14, 15));
        assertThat(restored(journal)).isEqualTo(expected);
        for (int number = 16; number < 40; number++) {
            journal.append(Input.EVENTS, 0, number, record(number));
            expected.add(number);
        }
        Journal later = new Journal(store, 1 << 20);
        assertThat(restored(later)).isEqualTo(expected);
        later.snapshot(sink -> {});
        later.emptySlots();
        assertThat(slotsInStore()).isZero();
    }
}
