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
        store.forEach((key, value) -> moved.put(
                ByteBuffer.wrap(StateKey.frames(LANE, (SavedPairing.group(key) + 1) % groups, SavedPairing.part(key))),
                value));
        Pairing restored = pairing();
        FrameSnapshot read = new FrameSnapshot(restored, LANE);
        read.loadCounters(new ByteReader(counters.toBytes()));
        moved.keySet().stream()
                .sorted()
                .forEach(key -> read.load(SavedPairing.group(key), SavedPairing.part(key), moved.get(key)));
        assertThat(restored.openFrames()).isEqualTo(GOROUTINES);
        restored.closeAll(AbandonReason.DETACH, GOROUTINES);
        read.save((key, value) -> put(moved, key, value));

        assertThat(store).isNotEmpty();
        assertThat(moved).isEmpty();
    }

    /** One stack of several parts, each of which is read alone. */
    @Test
    void shouldCutADeepRecursionIntoParts() {
        int depth = 30_000;
        Pairing pairing = pairing();
        for (int frame = 1; frame <= depth; frame++) {
            pairing.event(1L << 50 | frame, 5, 8L * frame, 1, BatchDescriptor.ENTRY, 0, 0);
        }
        SavedPairing saved = new SavedPairing(pairing, new RecordingSink());

        assertThat(saved.parts()).isGreaterThan(1);
        FrameStacks stacks = saved.restored().stacks;
        int slot = stacks.find(Identity.of(5, BatchDescriptor.ENTRY));
        assertThat(stacks.count(slot)).isEqualTo(depth);
        for (int frame = 1; frame <= depth; frame++) {
            assertThat(stacks.blocks.depth(stacks.base(slot) + frame - 1)).isEqualTo(8L * frame);
            assertThat(stacks.blocks.timeNs(stacks.base(slot) + frame - 1)).isEqualTo(1L << 50 | frame);
        }
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
}
