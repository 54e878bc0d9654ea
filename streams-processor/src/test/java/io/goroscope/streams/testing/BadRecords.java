package io.goroscope.streams.testing;

import io.goroscope.schemas.BadRecordException.Reason;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.FunctionCount;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.avro.HealthKey;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.BatchEncoder;
import io.goroscope.schemas.batch.LaneSource;
import io.goroscope.streams.lane.LaneSet.Input;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.io.BinaryData;

/** One record of each kind that cannot be taken, with the reason that it has to be given. */
public final class BadRecords {

    /** A bad record. */
    public static final class Bad {
        private final String what;
        private final Input input;
        private final byte[] value;
        private final Reason reason;
        private final String detail;

        private Bad(String what, Input input, byte[] value, Reason reason, String detail) {
            this.what = what;
            this.input = input;
            this.value = value;
            this.reason = reason;
            this.detail = detail;
        }

        /** Where it goes. */
        public Input input() {
            return input;
        }

        /** The record; null where it has no value. */
        public byte[] value() {
            return value;
        }

        /** Why it cannot be taken. */
        public Reason reason() {
            return reason;
        }

        /** Some words that the explanation must contain. */
        public String detail() {
            return detail;
        }

        /** What is wrong with it. */
        @Override
        public String toString() {
            return what;
        }
    }

    private static final long WALL_OFFSET_NS = 1_700_000_000_000_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final int ENTRY = BatchDescriptor.ENTRY;
    private static final LaneId LANE =
            new LaneId(new ProcessId("bad-host", "boot", 66, 4711L, 0), "collector-bad", 17L, 0, 1);

    private BadRecords() {}

    /** All of them. */
    public static List<Bad> all() {
        byte[] good = batch(1, 0, SECOND, ENTRY, 3);
        List<Bad> all = new ArrayList<>();
        all.add(events("no value", null, Reason.TRUNCATED, "no value"));
        all.add(events("an empty value", new byte[0], Reason.TRUNCATED, "length=0"));
        all.add(events("a wrong marker", with(good, 1, 2), Reason.MARKER, "C3 02"));
        all.add(events("an unknown fingerprint", with(good, 5, good[5] + 1), Reason.FINGERPRINT, ""));
        all.add(events(
                "a record of another topic", Records.encode(new HealthKey(LANE)), Reason.FINGERPRINT, "HealthKey"));
        for (int length : new int[] {11, good.length / 2, good.length - 1}) {
            all.add(events("cut after " + length, Arrays.copyOf(good, length), Reason.TRUNCATED, ""));
        }
        all.add(events("bytes after the end", Arrays.copyOf(good, good.length + 3), Reason.TRAILING, "3 bytes"));
        all.add(events("a string of 2 GB", lengthOfHost(Integer.MAX_VALUE), Reason.LENGTH, ""));
        all.add(events("a string of -2 bytes", lengthOfHost(-2), Reason.LENGTH, ""));
        all.add(events("a billion events", manyEvents(), Reason.LENGTH, "events=1000000000"));
        all.add(events("a lane beyond their number", ofLane(3, 2), Reason.VALUE, "lane=3"));
        all.add(events("an unknown kind of event", batch(1, 0, SECOND, 9, 3), Reason.VALUE, "what=9"));
        all.add(events("an unknown image", batch(1, 0, SECOND, ENTRY, 5 << 24), Reason.FUNCTION, "images=1"));
        all.add(events("a negative function", batch(1, 0, SECOND, ENTRY, -7), Reason.FUNCTION, "function=-7"));
        all.add(events("back by 2 s", batch(1, 0, 3 * SECOND, ENTRY, 3, 1, SECOND), Reason.TIME, "2000000000 ns back"));
        all.add(events(
                "back by 20 us in a goroutine",
                batch(1, 0, SECOND, ENTRY, 3, 1, SECOND - 20_000),
                Reason.TIME,
                "20000 ns back in its goroutine"));
        all.add(events(
                "a time in the far future", batch(1, 0, Long.MAX_VALUE / 2 + 9, ENTRY, 3), Reason.VALUE, "base"));
        all.add(counts("counts of a lane of events", counts(0, 3, 1), Reason.VALUE, "lane=0"));
        all.add(counts("counts of an unknown image", counts(-1, 5 << 24, 1), Reason.FUNCTION, "images=1"));
        all.add(counts("counts below 0", counts(-1, 3, -1), Reason.VALUE, "calls=-1"));
        all.add(counts("counts that are events", good, Reason.FINGERPRINT, "EventBatch"));
        return all;
    }

    private static Bad events(String what, byte[] value, Reason reason, String detail) {
        return new Bad(what, Input.EVENTS, value, reason, detail);
    }

    private static Bad counts(String what, byte[] value, Reason reason, String detail) {
        return new Bad(what, Input.COUNTS, value, reason, detail);
    }

    private static LaneSource source(LaneId lane) {
        return new LaneSource(lane, "/usr/bin/app", "app", List.of(new ImageRef("build-1", "/usr/bin/app")));
    }

    private static byte[] batch(long goid, long sequence, long timeNs, int what, int function) {
        return batch(goid, sequence, timeNs, what, function, goid, timeNs);
    }

    private static byte[] batch(
            long goid, long sequence, long timeNs, int what, int function, long secondGoid, long secondNs) {
        BatchEncoder encoder = new BatchEncoder(source(LANE), WALL_OFFSET_NS, 16);
        encoder.add(timeNs, goid, 64, function, what, 0, 0);
        encoder.add(secondNs, secondGoid, 128, function, what, 0, 0);
        if (sequence != encoder.sequence()) {
            throw new IllegalArgumentException("sequence=" + sequence);
        }
        return encoder.finish(timeNs, 0);
    }

    private static byte[] with(byte[] record, int at, int value) {
        byte[] copy = record.clone();
        copy[at] = (byte) value;
        return copy;
    }

    private static byte[] lengthOfHost(int length) {
        byte[] number = new byte[10];
        return join(header(), Arrays.copyOf(number, BinaryData.encodeLong(length, number, 0)), new byte[40]);
    }

    private static byte[] manyEvents() {
        byte[] numbers = new byte[64];
        int at = 0;
        for (long each : new long[] {0, SECOND, WALL_OFFSET_NS, 0, 0, 1_000_000_000}) {
            at += BinaryData.encodeLong(each, numbers, at);
        }
        return join(header(), source(LANE).encode(), Arrays.copyOf(numbers, at));
    }

    private static byte[] ofLane(int lane, int lanes) {
        LaneId id = new LaneId(LANE.getProcess(), LANE.getCollector(), LANE.getEpoch(), lane, lanes);
        BatchEncoder encoder = new BatchEncoder(source(id), WALL_OFFSET_NS, 16);
        encoder.add(SECOND, 1, 64, 3, ENTRY, 0, 0);
        return encoder.finish(SECOND, 0);
    }

    private static byte[] header() {
        return ByteBuffer.allocate(Records.HEADER_LENGTH)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0xC3)
                .put((byte) 1)
                .putLong(BatchDescriptor.FINGERPRINT)
                .array();
    }

    private static byte[] join(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    private static byte[] counts(int lane, int function, long calls) {
        LaneId id = new LaneId(LANE.getProcess(), LANE.getCollector(), LANE.getEpoch(), lane, 1);
        return Records.encode(new FunctionCounts(
                id,
                "/usr/bin/app",
                "app",
                source(id).images(),
                0L,
                SECOND,
                WALL_OFFSET_NS,
                false,
                List.of(new FunctionCount(function, calls, 0L))));
    }
}
