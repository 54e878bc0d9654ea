package io.goroscope.schemas.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.BadRecordException.Reason;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.Capture;
import io.goroscope.schemas.avro.Event;
import io.goroscope.schemas.avro.EventBatch;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.Lifecycle;
import io.goroscope.schemas.avro.LifecycleKind;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.schemas.avro.Value;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BatchCodecTest {

    private static final LaneSource SOURCE = new LaneSource(
            new LaneId(new ProcessId("host", "boot", 42, 4711L, 0), "collector", 17L, 1, 4),
            "/usr/bin/app",
            "app",
            List.of(new ImageRef("b1", "/usr/bin/app"), new ImageRef("b2", "/usr/lib/libgo.so.21")));

    @Property(tries = 300)
    void shouldGiveAvroWhatAvroWouldWriteItself(
            @ForAll @Size(max = 60) List<@LongRange(min = -900_000, max = Long.MAX_VALUE / 4) Long> deltas,
            @ForAll @LongRange(min = 0) long goid,
            @ForAll long depth,
            @ForAll @IntRange(min = 0, max = BatchDescriptor.NUMBER_MASK) int number,
            @ForAll @IntRange(min = 0, max = 6) int kind)
            throws BadRecordException {
        BatchEncoder encoder = new BatchEncoder(SOURCE, 1000, BatchDescriptor.MAX_EVENTS);
        long time = 1_000_000;
        int added = 0;
        long first = 0;
        for (long delta : deltas) {
            time += delta % 1_000_000_000;
            if (added == 0) {
                first = time;
            }
            encoder.add(time, goid + added, depth, BatchDescriptor.function(added % 2, number), kind, 7, added);
            added++;
        }
        byte[] record = encoder.finish(99, 3);

        EventBatch read = Records.decode(record, EventBatch.class);
        assertThat(read.getSource()).isEqualTo(SOURCE.id());
        assertThat(read.getImages()).isEqualTo(SOURCE.images());
        assertThat(read.getLost()).isEqualTo(3);
        assertThat(read.getBaseTimeNs()).isEqualTo(added == 0 ? 99 : first);
        assertThat(read.getEvents()).hasSize(added);
        // Avro's own encoder writes the same bytes: nothing here is a dialect.
        assertThat(Records.encode(read)).isEqualTo(record);

        DecodedBatch batch = new DecodedBatch();
        new BatchDecoder().decode(record, batch);
        assertThat(batch.eventCount()).isEqualTo(added);
        long at = batch.baseTimeNs();
        for (int i = 0; i < added; i++) {
            Event event = read.getEvents().get(i);
            at += event.getDeltaNs();
            assertThat(batch.timeNs()[i]).isEqualTo(at);
            assertThat(batch.goid()[i]).isEqualTo(event.getGoid());
            assertThat(batch.depth()[i]).isEqualTo(event.getDepth());
            assertThat(batch.function()[i]).isEqualTo(event.getFunction());
            assertThat(batch.what()[i]).isEqualTo(event.getWhat());
            assertThat(batch.generation()[i]).isEqualTo(event.getGeneration());
            assertThat(batch.segment()[i]).isEqualTo(event.getSegment());
        }
    }

    @Test
    void shouldIdentifyTheLaneByTheSameBytesInEveryBatch() throws BadRecordException {
        BatchEncoder encoder = new BatchEncoder(SOURCE, 0, 16);
        BatchDecoder decoder = new BatchDecoder();
        DecodedBatch batch = new DecodedBatch();
        byte[] first = null;
        for (int sequence = 0; sequence < 3; sequence++) {
            encoder.add(5, 1, 8, 0, BatchDescriptor.ENTRY, 0, 0);
            decoder.decode(encoder.finish(0, 0), batch);
            byte[] source = Arrays.copyOfRange(
                    batch.bytes(), batch.sourceOffset(), batch.sourceOffset() + batch.sourceLength());
            assertThat(batch.sequence()).isEqualTo(sequence);
            assertThat(batch.lane()).isEqualTo(1);
            assertThat(decoder.source(batch)).isEqualTo(SOURCE);
            first = first == null ? source : first;
            assertThat(source).isEqualTo(first);
        }
    }

    @Test
    void shouldKeepLifecycleEventsBetweenTheirNeighbours() throws BadRecordException {
        BatchEncoder encoder = new BatchEncoder(SOURCE, 0, 16);
        encoder.add(5, 1, 8, 0, BatchDescriptor.ENTRY, 0, 0);
        encoder.add(new Lifecycle(0, 6L, LifecycleKind.ATTACH, 3, "pairs"));
        encoder.add(7, 1, 8, 0, BatchDescriptor.RETURN, 0, 0);
        encoder.add(new Lifecycle(0, 8L, LifecycleKind.PROCESS_END, -1, "exit 0"));
        DecodedBatch batch = new DecodedBatch();
        new BatchDecoder().decode(encoder.finish(0, 0), batch);
        assertThat(batch.lifecycle()).extracting(Lifecycle::getBefore).containsExactly(1, 2);
        assertThat(batch.lifecycle())
                .extracting(Lifecycle::getKind)
                .containsExactly(LifecycleKind.ATTACH, LifecycleKind.PROCESS_END);
    }

    @Test
    void shouldGiveCapturedCallsToThoseWhoWantThem() throws BadRecordException {
        BatchEncoder encoder = new BatchEncoder(SOURCE, 0, 16);
        encoder.add(5, 1, 8, 0, BatchDescriptor.ENTRY, 0, 0);
        Value inner = value("Name", "ada").build();
        Value outer = value("user", null)
                .setKind("struct")
                .setParts(List.of(inner, inner))
                .build();
        encoder.add(capture(6, outer));
        encoder.add(7, 1, 8, 0, BatchDescriptor.RETURN, 0, 0);
        encoder.add(capture(8));
        byte[] record = encoder.finish(0, 0);
        encoder.add(7, 1, 8, 0, BatchDescriptor.RETURN, 0, 0);
        byte[] next = encoder.finish(0, 0);

        BatchDecoder decoder = new BatchDecoder();
        DecodedBatch batch = new DecodedBatch();
        decoder.decode(record, batch);
        assertThat(batch.hasCaptures()).isTrue();
        List<Capture> captures = decoder.captures(batch);
        assertThat(captures).extracting(Capture::getTimeNs).containsExactly(6L, 8L);
        assertThat(captures).extracting(Capture::getEvent).containsExactly(1, 2);
        assertThat(captures.get(0).getValues()).containsExactly(outer);
        assertThat(Records.decode(record, EventBatch.class).getCaptures()).isEqualTo(captures);

        // What is kept for the sake of the events is the batch that would have been without.
        byte[] without = batch.withoutCaptures();
        decoder.decode(without, batch);
        assertThat(batch.hasCaptures()).isFalse();
        assertThat(batch.eventCount()).isEqualTo(2);
        assertThat(Records.decode(without, EventBatch.class).getCaptures()).isEmpty();
        decoder.decode(next, batch);
        assertThat(batch.hasCaptures()).isFalse();
    }

    /** Else whoever wants the events alone would have to read a stranger's nested values. */
    @Test
    void shouldRefuseCapturesWithoutTheirSize() throws BadRecordException {
        BatchEncoder encoder = new BatchEncoder(SOURCE, 0, 16);
        encoder.add(capture(6));
        byte[] plain = Records.encode(Records.decode(encoder.finish(0, 0), EventBatch.class));
        assertThat(reasonFor(plain)).isEqualTo(Reason.LENGTH);
    }

    private static Value.Builder value(String name, Object content) {
        return Value.newBuilder().setName(name).setType("string").setValue(content);
    }

    private static Capture capture(long timeNs, Value... values) {
        return Capture.newBuilder()
                .setEvent(0)
                .setTid(3)
                .setValues(List.of(values))
                .setTimeNs(timeNs)
                .build();
    }

    @Test
    void shouldNameWhatIsWrong() {
        byte[] good = batchOf(20);
        assertThat(reasonFor(new byte[0])).isEqualTo(Reason.TRUNCATED);
        byte[] marker = good.clone();
        marker[0] = 0;
        assertThat(reasonFor(marker)).isEqualTo(Reason.MARKER);
        byte[] fingerprint = good.clone();
        fingerprint[5]++;
        assertThat(reasonFor(fingerprint)).isEqualTo(Reason.FINGERPRINT);
        assertThat(reasonFor(Arrays.copyOf(good, good.length + 1))).isEqualTo(Reason.TRAILING);
        assertThat(reasonFor(oneEvent(BatchDescriptor.function(2, 1), 0, 0))).isEqualTo(Reason.FUNCTION);
        assertThat(reasonFor(oneEvent(1, 15, 0))).isEqualTo(Reason.VALUE);
        assertThat(reasonFor(oneEvent(1, 0, -2_000_000_000L))).isEqualTo(Reason.TIME);
    }

    @Test
    void shouldRefuseEveryTruncation() {
        byte[] good = batchOf(20);
        for (int length = 0; length < good.length; length++) {
            assertThat(reasonFor(Arrays.copyOf(good, length))).isIn(Reason.TRUNCATED, Reason.LENGTH);
        }
    }

    @Property(tries = 2000)
    void shouldNeverThrowAnythingElse(
            @ForAll @IntRange(min = 10, max = 300) int position, @ForAll byte value, @ForAll byte next) {
        byte[] bytes = batchOf(20);
        bytes[position % bytes.length] = value;
        bytes[(position + 1) % bytes.length] = next;
        DecodedBatch batch = new DecodedBatch();
        try {
            new BatchDecoder().decode(bytes, batch);
            assertThat(batch.eventCount()).isBetween(0, BatchDescriptor.MAX_EVENTS);
        } catch (BadRecordException e) {
            assertThat(e.reason()).isNotNull();
        }
    }

    @Test
    void shouldRefuseFurtherEventsOnlyWhenFull() {
        BatchEncoder encoder = new BatchEncoder(SOURCE, 0, 2);
        assertThat(encoder.isEmpty()).isTrue();
        encoder.add(1, 1, 8, 0, 0, 0, 0);
        assertThat(encoder.isFull()).isFalse();
        encoder.add(1, 1, 8, 0, 1, 0, 0);
        assertThat(encoder.isFull()).isTrue();
        assertThatThrownBy(() -> new BatchEncoder(SOURCE, 0, 0)).hasMessageContaining("maxEvents must be 1 to 65536");
    }

    private static byte[] batchOf(int events) {
        BatchEncoder encoder = new BatchEncoder(SOURCE, 1000, 64);
        for (int i = 0; i < events; i++) {
            encoder.add(1000 + i * 100L, 3, 800, 5, i & 1, 0, 0);
        }
        return encoder.finish(0, 0);
    }

    private static byte[] oneEvent(int function, int what, long step) {
        BatchEncoder encoder = new BatchEncoder(SOURCE, 1000, 64);
        encoder.add(5_000_000_000L, 3, 800, 5, 0, 0, 0);
        encoder.add(5_000_000_000L + step, 3, 800, function, what, 0, 0);
        return encoder.finish(0, 0);
    }

    private static Reason reasonFor(byte[] record) {
        try {
            new BatchDecoder().decode(record, new DecodedBatch());
            return null;
        } catch (BadRecordException e) {
            return e.reason();
        }
    }
}
