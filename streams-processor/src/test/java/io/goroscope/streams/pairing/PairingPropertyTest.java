package io.goroscope.streams.pairing;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.streams.testing.NaivePairing;
import io.goroscope.streams.testing.RecordingSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PairingPropertyTest {

    /** Events that no program makes: the pairing has to agree with the oracle on every nonsense, saved and restored or not. */
    @Property(tries = 3000)
    void shouldAgreeWithTheOracle(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 6) int goroutines,
            @ForAll @IntRange(min = 1, max = 24) int depths,
            @ForAll @IntRange(min = 0, max = 3) int flags) {
        Random random = new Random(seed);
        RecordingSink found = new RecordingSink();
        Pairing pairing = new Pairing(found);
        RecordingSink expected = new RecordingSink();
        NaivePairing oracle = new NaivePairing(expected);
        long timeNs = 0;
        int generation = 0;
        for (int i = 0; i < 400; i++) {
            timeNs += random.nextInt(50);
            if (random.nextInt(60) == 0) {
                generation = (generation + 1) & 0xFFFF;
            }
            if (random.nextInt(150) == 0) {
                pairing.taint();
                oracle.taint();
            }
            if (random.nextInt(100) == 0) {
                pairing = new SavedPairing(pairing, found).restored();
            }
            int kind = random.nextInt(10);
            int what = kind < 4 ? 0 : kind < 8 ? 1 : random.nextInt(7);
            if (flags > 0) {
                what |= random.nextInt(flags == 1 ? 4 : 8) << 4;
            }
            if (flags == 3) {
                what |= BatchDescriptor.SEGMENTED;
            }
            long goid = 1L + random.nextInt(goroutines);
            long depth = 8L * (1 + random.nextInt(depths));
            int function = random.nextInt(3);
            long segment = (what & BatchDescriptor.SEGMENTED) == 0 ? 0 : random.nextInt(3);
            pairing.event(timeNs, goid, depth, function, what, generation, segment);
            oracle.event(timeNs, goid, depth, function, what, generation, segment);
        }
        assertThat(found.lines).isEqualTo(expected.lines);
        assertThat(pairing.openFrames()).isEqualTo(oracle.openFrames());
        assertThat(pairing.goroutines()).isEqualTo(oracle.goroutines());
    }

    @Property(tries = 200)
    void shouldKeepTheFramesOfManyStacksApart(@ForAll long seed) {
        Random random = new Random(seed);
        FrameStacks stacks = new FrameStacks();
        Map<Long, List<Long>> expected = new HashMap<>();
        long number = 0;
        for (int i = 0; i < 5000; i++) {
            long identity = random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(500);
            List<Long> frames = expected.getOrDefault(identity, new ArrayList<>());
            assertThat(stacks.count(stacks.find(identity))).isEqualTo(frames.size());
            stacks.fetch(new long[] {Identity.id(identity)}, new int[] {random.nextInt(2)}, 0, 1);
            int slot = stacks.slotFor(identity);
            assertThat(depths(stacks, slot)).isEqualTo(frames);
            switch (random.nextInt(8)) {
                case 0 -> {
                    stacks.remove(slot);
                    assertThat(stacks.find(identity)).isEqualTo(FrameStacks.NONE);
                    frames.clear();
                }
                case 1 -> {
                    int left = random.nextInt(frames.size() + 1);
                    stacks.cut(slot, left);
                    frames.subList(left, frames.size()).clear();
                }
                default -> {
                    for (int more = random.nextInt(6); more > 0; more--) {
                        stacks.blocks.write(stacks.push(slot), ++number, 0, 0, 0, identity & 1);
                        frames.add(number);
                    }
                }
            }
            if (frames.isEmpty()) {
                expected.remove(identity);
            } else {
                expected.put(identity, frames);
            }
            assertThat(stacks.size()).isEqualTo(expected.size());
        }
        Map<Long, List<Long>> found = new HashMap<>();
        for (int group = 0; group < stacks.groups(); group++) {
            stacks.fetch(group);
            stacks.forEachIn(group, (slot, identity) -> {
                assertThat(found.put(identity, depths(stacks, slot))).isNull();
                assertThat(stacks.blocks.segment(stacks.base(slot) + stacks.count(slot) - 1))
                        .isEqualTo(identity & 1);
            });
        }
        assertThat(found).isEqualTo(expected);
    }

    /** One stack alone is at the very end of all frames whenever its block is full. */
    @Example
    void shouldFetchAboveTheLastFrame() {
        FrameStacks stacks = new FrameStacks();
        for (long frame = 1; frame < 5000; frame++) {
            stacks.blocks.write(stacks.push(stacks.slotFor(1L << Identity.KIND_BITS)), frame, 0, 0, 0, 0);
            stacks.fetch(new long[] {1, 1}, new int[] {BatchDescriptor.ENTRY, BatchDescriptor.RETURN}, 0, 2);
        }
        assertThat(stacks.size()).isEqualTo(1);
    }

    private static List<Long> depths(FrameStacks stacks, int slot) {
        int base = stacks.base(slot);
        return IntStream.range(base, base + stacks.count(slot))
                .mapToObj(stacks.blocks::depth)
                .toList();
    }
}
