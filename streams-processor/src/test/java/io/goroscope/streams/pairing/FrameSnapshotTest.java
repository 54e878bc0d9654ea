package io.goroscope.streams.pairing;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.streams.snapshot.ByteReader;
import io.goroscope.streams.snapshot.ByteWriter;
import io.goroscope.streams.snapshot.StateKey;
import io.goroscope.streams.testing.RecordingSink;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FrameSnapshotTest {

    private static final int LANE = 7;
    private static final int GOROUTINES = 3;

    /** A version with another hash has goroutines in other groups: what it wrote must not be left beside what is written now. */
    @Test
    void shouldReplaceAllThatWasWrittenInOtherGroups() {
        Map<ByteBuffer, byte[]> store = new HashMap<>();
        Pairing pairing = pairing();
        for (int goid = 1; goid <= GOROUTINES; goid++) {
            pairing.event(goid, goid, 8, 1, BatchDescriptor.ENTRY, 0, 0);
        }
        FrameSnapshot written = new FrameSnapshot(pairing, LANE);
        ByteWriter counters = new ByteWriter();
        written.saveCounters(counters);
        written.save((key, value) -> put(store, key, value));

        Map<ByteBuffer, byte[]> moved = new HashMap<>();
        int groups = pairing.stacks.groups();
        store.forEach((key, value) ->
                moved.put(ByteBuffer.wrap(StateKey.frames(LANE, (group(key) + 1) % groups, part(key))), value));
        Pairing restored = pairing();
        FrameSnapshot read = new FrameSnapshot(restored, LANE);
        read.loadCounters(new ByteReader(counters.toBytes()));
        moved.keySet().stream().sorted().forEach(key -> read.load(group(key), part(key), moved.get(key)));
        assertThat(restored.openFrames()).isEqualTo(GOROUTINES);
        restored.closeAll(AbandonReason.DETACH, GOROUTINES);
        read.save((key, value) -> put(moved, key, value));

        assertThat(store).isNotEmpty();
        assertThat(moved).isEmpty();
    }

    private static Pairing pairing() {
        return new Pairing(new RecordingSink());
    }

    private static void put(Map<ByteBuffer, byte[]> store, byte[] key, byte[] value) {
        if (value == null) {
            store.remove(ByteBuffer.wrap(key));
        } else {
            store.put(ByteBuffer.wrap(key), value);
        }
    }

    private static int group(ByteBuffer key) {
        return key.getInt(1 + Integer.BYTES);
    }

    private static int part(ByteBuffer key) {
        return key.getInt(1 + 2 * Integer.BYTES);
    }
}
