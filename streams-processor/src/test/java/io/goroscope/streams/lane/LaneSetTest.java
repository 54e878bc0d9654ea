package io.goroscope.streams.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.Event;
import io.goroscope.schemas.avro.EventBatch;
import io.goroscope.schemas.avro.Health;
import io.goroscope.schemas.avro.LatencyWindow;
import io.goroscope.schemas.avro.Retired;
import io.goroscope.schemas.avro.RetiredKey;
import io.goroscope.schemas.avro.SlowCall;
import io.goroscope.schemas.avro.WindowKey;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.streams.lane.LaneSet.Input;
import io.goroscope.streams.offline.OfflineReplay;
import io.goroscope.streams.testing.CapturedValues;
import io.goroscope.streams.testing.NaiveTotals;
import io.goroscope.streams.testing.ReadTotals;
import io.goroscope.streams.testing.ReadTotals.Part;
import io.goroscope.streams.testing.SyntheticProcess;
import io.goroscope.streams.testing.SyntheticProcess.Produced;
import io.goroscope.streams.testing.SyntheticProcess.Size;
import io.goroscope.streams.testing.SyntheticProcess.Trouble;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LaneSetTest {

    private static final long WINDOW_NS = 1_000_000;

    private static List<Produced> stream(long seed, Size size, Trouble trouble, int events) {
        List<Produced> records = new ArrayList<>();
        SyntheticProcess process = new SyntheticProcess("host", seed, size, trouble, records::add);
        process.begin();
        process.run(events / 2);
        process.detach(1);
        process.run(events / 4);
        process.attach(1);
        process.run(events / 4);
        process.end();
        return records;
    }

    /** The values of calls are for others. */
    @Test
    void shouldCountTheSameWithCapturedValues() throws BadRecordException {
        List<Produced> plain = stream(3, new Size(2, 20, 9, 64), Trouble.NONE, 6000);
        List<Produced> captured = new ArrayList<>();
        for (Produced each : plain) {
            captured.add(CapturedValues.addedTo(each));
        }
        OfflineReplay expected = replay(plain);
        OfflineReplay found = replay(captured);
        assertThat(ReadTotals.ofTotals(found.results(Topics.Kind.TOTALS)))
                .isNotEmpty()
                .isEqualTo(ReadTotals.ofTotals(expected.results(Topics.Kind.TOTALS)));
        assertThat(ReadTotals.ofWindows(found.results(Topics.Kind.LATENCY)))
                .isEqualTo(ReadTotals.ofWindows(expected.results(Topics.Kind.LATENCY)));
    }

    /** They are in the topic for as long as it keeps them; the job's state is no second place for them. */
    @Test
    void shouldNotKeepCapturedValues() throws BadRecordException {
        LaneSet lanes = new LaneSet(WINDOW_NS);
        int events = 0;
        for (Produced each : stream(4, new Size(2, 20, 9, 64), Trouble.NONE, 2000)) {
            Produced captured = CapturedValues.addedTo(each);
            lanes.check(each.input(), captured.value());
            assertThat(lanes.toKeep(captured.value())).isEqualTo(each.value());
            lanes.apply(each.timestampMs());
            events += each.input() == Input.EVENTS ? 1 : 0;
        }
        assertThat(events).isGreaterThan(10);
    }

    private static OfflineReplay replay(List<Produced> records) {
        OfflineReplay replay = new OfflineReplay(WINDOW_NS);
        records.forEach(each -> replay.feed(each.input(), each.value(), each.timestampMs()));
        assertThat(replay.refused()).isEmpty();
        return replay;
    }

    /** Windows, totals, edges and health, beside the slow and plain way. */
    @Property(tries = 40)
    void shouldCountWhatTheOracleCounts(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int lanes) {
        List<Produced> records = stream(seed, new Size(lanes, 20, 9, 64), new Trouble(0.003, 0.02, 0.05), 6000);
        NaiveTotals expected = new NaiveTotals();
        records.forEach(each -> expected.take(each.input(), each.value()));
        OfflineReplay found = replay(records);
        assertThat(ReadTotals.differences(
                        ReadTotals.ofTotals(found.results(Topics.Kind.TOTALS)),
                        ReadTotals.select(expected.totals(), Part.TOTALS)))
                .isEmpty();
        assertThat(ReadTotals.differences(
                        ReadTotals.ofWindows(found.results(Topics.Kind.LATENCY)),
                        ReadTotals.select(expected.totals(), Part.LATENCY)))
                .isEmpty();
        assertThat(ReadTotals.differences(
                        ReadTotals.ofHealth(found.results(Topics.Kind.HEALTH)),
                        ReadTotals.select(expected.totals(), Part.HEALTH)))
                .isEmpty();
    }

    /** The slowest call of a window lasted as long as its distribution's greatest, and can be found by its place. */
    @Property(tries = 10)
    void shouldNameTheSlowestCallOfEachWindow(@ForAll long seed) throws BadRecordException {
        List<Produced> records = stream(seed, new Size(2, 20, 9, 64), new Trouble(0.003, 0.02, 0.05), 6000);
        Map<String, EventBatch> batches = new HashMap<>();
        for (Produced each : records) {
            if (each.input() == Input.EVENTS) {
                EventBatch batch = Records.decode(each.value(), EventBatch.class);
                batches.put(batch.getSource().getLane() + "/" + batch.getSequence(), batch);
            }
        }
        int named = 0;
        for (Map.Entry<byte[], byte[]> each :
                replay(records).results(Topics.Kind.LATENCY).entrySet()) {
            WindowKey key = Records.decode(each.getKey(), WindowKey.class);
            LatencyWindow window = Records.decode(each.getValue(), LatencyWindow.class);
            SlowCall slowest = window.getSlowest();
            assertThat(slowest == null)
                    .isEqualTo(window.getSummary().getLatency().getCount() == 0);
            if (slowest != null) {
                assertThat(slowest.getDurationNs())
                        .isEqualTo(window.getSummary().getLatency().getMaxNs());
                assertThat(slowest.getEndNs()).isBetween(key.getStartNs(), window.getEndNs() - 1);
                assertThat(returns(batches.get(key.getSource().getLane() + "/" + slowest.getSequence()), key))
                        .contains(slowest.getEndNs() + "/" + slowest.getGoid());
                named++;
            }
        }
        assertThat(named).isPositive();
    }

    /** When a function returned, and on which goroutine, by what a batch says. */
    private static List<String> returns(EventBatch batch, WindowKey key) {
        List<String> all = new ArrayList<>();
        long atNs = batch.getBaseTimeNs();
        for (Event event : batch.getEvents()) {
            atNs += event.getDeltaNs();
            int kind = event.getWhat() & BatchDescriptor.KIND_MASK;
            if ((kind == BatchDescriptor.RETURN || kind == BatchDescriptor.TAIL)
                    && event.getFunction() == key.getFunction()) {
                boolean goroutine = (event.getWhat() & (BatchDescriptor.SYSTEM_STACK | BatchDescriptor.OFF_STACK)) == 0;
                all.add((atNs + batch.getWallOffsetNs()) + "/" + (goroutine ? event.getGoid() : 0));
            }
        }
        return all;
    }

    /** Lanes may be mixed in any way that keeps the order within each. */
    @Property(tries = 20)
    void shouldNotDependOnHowLanesAreMixed(@ForAll long seed) {
        List<Produced> records = stream(seed, new Size(4, 30, 9, 64), new Trouble(0.003, 0.02, 0.05), 6000);
        Map<Integer, List<Produced>> byLane = new TreeMap<>();
        records.forEach(each -> byLane.computeIfAbsent(each.lane().getLane(), unused -> new ArrayList<>())
                .add(each));
        List<Integer> turns = new ArrayList<>();
        byLane.forEach((lane, all) -> turns.addAll(Collections.nCopies(all.size(), lane)));
        Collections.shuffle(turns, new Random(seed));
        List<Produced> mixed = new ArrayList<>();
        turns.forEach(lane -> mixed.add(byLane.get(lane).remove(0)));
        assertSame(replay(mixed), replay(records));
    }

    private static void assertSame(OfflineReplay one, OfflineReplay other) {
        for (Topics.Kind kind : List.of(Topics.Kind.TOTALS, Topics.Kind.LATENCY, Topics.Kind.HEALTH)) {
            assertThat(one.results(kind).keySet())
                    .containsExactlyElementsOf(other.results(kind).keySet());
            assertThat(one.results(kind).values())
                    .containsExactlyElementsOf(other.results(kind).values());
        }
    }

    /** Four lanes and one give the same numbers, where nothing is lost that only one of the lanes would notice. */
    @Property(tries = 20)
    void shouldGiveTheSameSumsWithFourLanesAsWithOne(@ForAll long seed) {
        Map<String, Long> one = ReadTotals.ofTotals(
                replay(stream(seed, new Size(1, 40, 9, 64), Trouble.NONE, 8000)).results(Topics.Kind.TOTALS));
        Map<String, Long> four = ReadTotals.ofTotals(
                replay(stream(seed, new Size(4, 40, 9, 64), Trouble.NONE, 8000)).results(Topics.Kind.TOTALS));
        assertThat(ReadTotals.differences(four, one)).isEmpty();
    }

    /**
     * A store that is read again at any moment: what was saved, and the records since then. Sent or not, what a fresh set
     * sends in the end is what one sends that never stopped.
     */
    @Property(tries = 60)
    void shouldGoOnFromASnapshotAndTheRecordsSince(@ForAll long seed) throws BadRecordException {
        List<Produced> records = stream(seed, new Size(3, 40, 9, 32), new Trouble(0.003, 0.02, 0.05), 5000);
        Random random = new Random(seed);
        NavigableMap<byte[], byte[]> store = new TreeMap<>(Arrays::compareUnsigned);
        Map<Topics.Kind, NavigableMap<byte[], byte[]>> sent = new EnumMap<>(Topics.Kind.class);
        OutputSink out = (topic, key, value, timestampMs) -> sent.computeIfAbsent(
                        topic, unused -> new TreeMap<>(Arrays::compareUnsigned))
                .put(key, value);
        List<Produced> journal = new ArrayList<>();
        LaneSet lanes = new LaneSet(WINDOW_NS);
        for (Produced each : records) {
            lanes.check(each.input(), each.value());
            lanes.apply(each.timestampMs());
            journal.add(each);
            int choice = random.nextInt(20);
            if (choice == 0) {
                lanes.send(out);
            } else if (choice <= 3) {
                lanes.save((key, value) -> {
                    if (value == null) {
                        store.remove(key);
                    } else {
                        store.put(key, value);
                    }
                });
                journal.clear();
            } else if (choice == 4) {
                lanes = restored(store, journal);
            }
        }
        lanes.send(out);
        OfflineReplay expected = replay(records);
        for (Topics.Kind kind : List.of(Topics.Kind.TOTALS, Topics.Kind.LATENCY, Topics.Kind.HEALTH)) {
            assertThat(sent.get(kind).keySet())
                    .containsExactlyElementsOf(expected.results(kind).keySet());
            assertThat(sent.get(kind).values())
                    .containsExactlyElementsOf(expected.results(kind).values());
        }
    }

    private static LaneSet restored(NavigableMap<byte[], byte[]> store, List<Produced> journal)
            throws BadRecordException {
        LaneSet lanes = new LaneSet(WINDOW_NS);
        store.forEach(lanes::load);
        lanes.loaded();
        for (Produced each : journal) {
            lanes.check(each.input(), each.value());
            lanes.apply(each.timestampMs());
        }
        return lanes;
    }

    @Test
    void shouldMoveAnEndedProcessToRetiredRecords() throws BadRecordException {
        List<Produced> records = stream(1, new Size(2, 10, 5, 64), Trouble.NONE, 2000);
        NavigableMap<byte[], byte[]> store = new TreeMap<>(Arrays::compareUnsigned);
        NavigableMap<byte[], byte[]> totals = new TreeMap<>(Arrays::compareUnsigned);
        LaneSet lanes = restored(store, records);
        OutputSink out = (topic, key, value, timestampMs) -> {
            if (topic == Topics.Kind.TOTALS) {
                totals.put(key, value);
            }
        };
        lanes.send(out);
        lanes.save(store::put);
        lanes.save(store::put);
        assertThat(lanes.ended()).hasSize(3);
        Map<String, Long> before = ReadTotals.ofTotals(new TreeMap<>(totals));
        for (int lane : lanes.ended()) {
            lanes.retire(lane, out, store::put);
        }
        long calls = 0;
        for (Map.Entry<byte[], byte[]> each : totals.entrySet()) {
            if (Records.decode(each.getKey()) instanceof RetiredKey key && key.getFunction() == 3) {
                calls += Records.decode(each.getValue(), Retired.class)
                        .getTotals()
                        .getCalls();
            } else if (!(Records.decode(each.getKey()) instanceof RetiredKey)) {
                assertThat(each.getValue()).isNull();
            }
        }
        assertThat(calls).isEqualTo(before.get("3/calls"));
        store.values().removeIf(value -> value == null);
        // What stays is the memory that these lanes were there: one entry each.
        assertThat(store).hasSize(3);

        // A late repetition of an old batch brings nothing back.
        LaneSet again = restored(store, records.subList(0, 2));
        assertThat(again.ended()).isEmpty();
        NavigableMap<byte[], byte[]> late = new TreeMap<>(Arrays::compareUnsigned);
        again.send((topic, key, value, timestampMs) -> late.put(key, value));
        assertThat(late).isEmpty();
    }

    @Test
    void shouldEndTheLanesOfAnEarlierStartOfTheCollector() throws BadRecordException {
        List<Produced> records = new ArrayList<>();
        SyntheticProcess first = new SyntheticProcess("host", 3, new Size(1, 10, 5, 64), Trouble.NONE, records::add);
        first.run(500);
        first.flush();
        SyntheticProcess second =
                new SyntheticProcess("host", 3, new Size(1, 10, 5, 64), Trouble.NONE, records::add, 18L);
        second.run(500);
        second.flush();
        OfflineReplay replay = replay(records);
        List<Health> health = new ArrayList<>();
        for (byte[] value : replay.results(Topics.Kind.HEALTH).values()) {
            health.add(Records.decode(value, Health.class));
        }
        assertThat(health).hasSize(2).extracting(Health::getEnded).containsExactlyInAnyOrder(true, false);
        for (Health each : health) {
            if (each.getEnded()) {
                assertThat(each.getOpenFrames()).isZero();
            } else {
                assertThat(each.getOpenFrames()).isPositive();
            }
        }
    }
}
