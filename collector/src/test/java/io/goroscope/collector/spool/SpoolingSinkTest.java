package io.goroscope.collector.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.collector.publish.Delivery;
import io.goroscope.collector.publish.LostEvents;
import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.LanePartitioner;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.BatchEncoder;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.schemas.batch.LaneSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queue's own rules, call for call; {@code BrokerOutageTest} holds them against a real broker. */
class SpoolingSinkTest {

    private static final ProcessId PROCESS = new ProcessId("host", "boot", 42, 7L, 0);
    private static final long EPOCH = 1;
    private static final int EVENTS = 1000;
    private static final long MAX_BYTES = 256 << 20;

    @TempDir
    private Path parent;

    /** The broker's end: takes records at once, or holds them, or turns them away. */
    private static final class Far implements Delivery {
        final List<OutgoingRecord> arrived = new ArrayList<>();
        final List<Receipt> held = new ArrayList<>();
        boolean taking = true;
        boolean acknowledging = true;
        long ackDelayMs;

        @Override
        public synchronized boolean offer(OutgoingRecord record, Receipt receipt) {
            if (!taking) {
                return false;
            }
            if (ackDelayMs > 0) {
                arrived.add(record);
                CompletableFuture.delayedExecutor(ackDelayMs, TimeUnit.MILLISECONDS)
                        .execute(receipt::arrived);
            } else if (acknowledging) {
                arrived.add(record);
                receipt.arrived();
            } else {
                held.add(receipt);
            }
            return true;
        }

        @Override
        public synchronized void close(Duration limit) {
            held.forEach(receipt -> receipt.failed(new IOException("closed")));
        }

        synchronized void take(boolean value) {
            taking = value;
        }

        synchronized List<OutgoingRecord> arrived() {
            return List.copyOf(arrived);
        }
    }

    private final Far far = new Far();
    private final BatchEncoder encoder = new BatchEncoder(
            new LaneSource(
                    new LaneId(PROCESS, "c", EPOCH, 0, 1), "/bin/app", "app", List.of(new ImageRef("b", "/bin/app"))),
            0,
            EVENTS);
    private long events;

    private OutgoingRecord batch() {
        long random = events + 1;
        for (int i = 0; i < EVENTS; i++, events++) {
            // Values that do not compress, so that sizes on disk are known.
            random = random * 6364136223846793005L + 1442695040888963407L;
            encoder.add(events, random >>> 20, random >>> 40, 1, BatchDescriptor.ENTRY, 0, 0);
        }
        byte[] value = encoder.finish(events, 0);
        LaneId lane = new LaneId(PROCESS, "c", EPOCH, 0, 1);
        return new OutgoingRecord(Topics.Kind.EVENTS, lane, LanePartitioner.key(lane), value, events, EVENTS);
    }

    private Path folder() {
        return parent.resolve("spool");
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static List<Long> sequences(List<OutgoingRecord> records) throws BadRecordException {
        List<Long> sequences = new ArrayList<>();
        BatchDecoder decoder = new BatchDecoder();
        for (OutgoingRecord record : records) {
            if (record.kind() == Topics.Kind.EVENTS) {
                DecodedBatch batch = new DecodedBatch();
                decoder.decode(record.value(), batch);
                sequences.add(batch.sequence());
            }
        }
        return sequences;
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    @Test
    void shouldKeepAllInOrderWhileTheBrokerIsAway() throws BadRecordException {
        try (SpoolingSink sink = SpoolingSink.open(folder(), MAX_BYTES, () -> far)) {
            offer(sink, 10);
            await(() -> far.arrived().size() == 10);
            far.take(false);
            offer(sink, 5000);
            assertThat(sink.spooledBytes()).isPositive();
            far.take(true);
            // Some while it drains, some behind it.
            offer(sink, 500);
            await(() -> far.arrived().size() == 5510);
            offer(sink, 10);
            await(() -> far.arrived().size() == 5520);
            await(sink::isDirect);
            assertThat(sink.lost()).isZero();
        }
        assertThat(sequences(far.arrived())).isEqualTo(range(0, 5520));
        assertThat(folder().toFile().list()).containsExactly("lock");
    }

    @Test
    void shouldSendAfterARestartWhatWasSpooledAndWhatWasUnderway() throws BadRecordException {
        far.acknowledging = false;
        try (SpoolingSink sink = SpoolingSink.open(folder(), MAX_BYTES, () -> far)) {
            await(sink::isDirect);
            offer(sink, 20);
            far.take(false);
            offer(sink, 300);
        }
        assertThat(far.arrived()).isEmpty();

        Far next = new Far();
        try (SpoolingSink sink = SpoolingSink.open(folder(), MAX_BYTES, () -> next)) {
            await(() -> next.arrived().size() == 320);
            assertThat(sink.lost()).isZero();
        }
        assertThat(sequences(next.arrived())).isEqualTo(range(0, 320));
    }

    /** Under load there is always something that has not arrived yet. */
    @Test
    void shouldPassTheQueueByUnderLoad() throws BadRecordException {
        far.ackDelayMs = 50;
        far.take(false);
        int offered = 100;
        try (SpoolingSink sink = SpoolingSink.open(folder(), MAX_BYTES, () -> far)) {
            offer(sink, offered);
            far.take(true);
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!sink.isDirect()) {
                assertThat(System.nanoTime())
                        .as("it goes on by way of the disk")
                        .isLessThan(deadline);
                offer(sink, 1);
                offered++;
                LockSupport.parkNanos(5_000_000);
            }
            offer(sink, 10);
            int all = offered + 10;
            await(() -> far.arrived().size() == all);
            assertThat(sink.lost()).isZero();
        }
        assertThat(sequences(far.arrived())).isEqualTo(range(0, far.arrived().size()));
    }

    @Test
    void shouldPutBackWhatPassedTheQueueByBehindWhatWasSentBefore() throws IOException, BadRecordException {
        try (Spool spool = Spool.open(folder(), MAX_BYTES, new LostEvents())) {
            spool.append(batch());
            Segment sent = spool.oldest();
            assertThat(spool.passBy(null)).isFalse();
            assertThat(spool.passBy(sent)).isTrue();
            OutgoingRecord direct = batch();
            spool.append(batch());
            assertThat(spool.passBy(sent)).isFalse();
            spool.putBack(List.of(direct));
        }
        try (SpoolingSink sink = SpoolingSink.open(folder(), MAX_BYTES, () -> far)) {
            await(sink::isDirect);
        }
        assertThat(sequences(far.arrived())).isEqualTo(range(0, 3));
    }

    @Test
    void shouldGiveUpTheOldestAndCountItToTheEvent() throws BadRecordException {
        far.take(false);
        long maxBytes = 4 << 20;
        try (SpoolingSink sink = SpoolingSink.open(folder(), maxBytes, () -> far)) {
            sink.offer(new OutgoingRecord(
                    Topics.Kind.FUNCTIONS, null, new byte[] {1}, "name".getBytes(StandardCharsets.UTF_8), 1, 0));
            offer(sink, 2000);
            await(() -> sink.lost() > 0);
            assertThat(sink.spooledBytes()).isLessThanOrEqualTo(maxBytes + maxBytes / 8);
            far.take(true);
            await(() -> sink.lost() + (far.arrived().size() - 1L) * EVENTS == 2000L * EVENTS);
            assertThat(sink.lost(PROCESS, EPOCH)).isEqualTo(sink.lost());
            assertThat(sink.lost(PROCESS, EPOCH + 1)).isZero();
        }
        List<Long> arrived = sequences(far.arrived());
        assertThat(arrived).isEqualTo(range(2000 - arrived.size(), 2000));
        assertThat(far.arrived().get(0).kind()).isEqualTo(Topics.Kind.FUNCTIONS);
    }

    @Test
    void shouldWaitForABrokerThatIsNotThereAtTheStart() throws BadRecordException {
        Delivery[] broker = {null};
        try (SpoolingSink sink = SpoolingSink.open(folder(), MAX_BYTES, () -> connect(broker))) {
            offer(sink, 100);
            synchronized (broker) {
                broker[0] = far;
            }
            await(() -> far.arrived().size() == 100);
        }
        assertThat(sequences(far.arrived())).isEqualTo(range(0, 100));
    }

    @Test
    void shouldReadASegmentThatACrashHasCut() throws IOException, BadRecordException {
        far.take(false);
        try (SpoolingSink sink = SpoolingSink.open(folder(), MAX_BYTES, () -> far)) {
            offer(sink, 100);
        }
        List<Segment> segments = Segment.in(folder());
        Path segment = segments.get(segments.size() - 1).file();
        byte[] bytes = Files.readAllBytes(segment);
        Files.write(segment, Arrays.copyOf(bytes, bytes.length - 100));

        Far next = new Far();
        try (SpoolingSink sink = SpoolingSink.open(folder(), MAX_BYTES, () -> next)) {
            await(sink::isDirect);
        }
        List<Long> arrived = sequences(next.arrived());
        assertThat(arrived).hasSizeBetween(50, 99).isEqualTo(range(0, arrived.size()));
    }

    @Test
    void shouldCountWhatVanishesWithItsFolderAndGoOn() throws IOException, BadRecordException {
        far.take(false);
        try (SpoolingSink sink = SpoolingSink.open(folder(), 16 << 20, () -> far)) {
            offer(sink, 500);
            // A file where the folder was: nothing can be written there, not even by root.
            Path away = parent.resolve("away");
            Files.move(folder(), away);
            Files.writeString(folder(), "in the way");
            int refused = 0;
            for (int i = 0; i < 500; i++) {
                refused += sink.offer(batch()) ? 0 : 1;
            }
            assertThat(refused).isPositive();
            Files.delete(folder());
            offer(sink, 300);
            far.take(true);
            long taken = (1300L - refused) * EVENTS;
            await(() -> (long) far.arrived().size() * EVENTS + sink.lost() == taken && sink.isDirect());
            assertThat(sink.lost()).isPositive();
        }
        assertThat(sequences(far.arrived())).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void shouldNotShareItsFolder() {
        try (SpoolingSink sink = SpoolingSink.open(folder(), MAX_BYTES, () -> far)) {
            assertThat(sink.spooledBytes()).isZero();
            assertThatThrownBy(() -> SpoolingSink.open(folder(), MAX_BYTES, () -> far))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("in use by another collector");
        }
    }

    private void offer(SpoolingSink sink, int batches) {
        for (int i = 0; i < batches; i++) {
            assertThat(sink.offer(batch())).isTrue();
        }
    }

    private static Delivery connect(Delivery[] broker) {
        synchronized (broker) {
            if (broker[0] == null) {
                throw new UserException("no Kafka broker answers");
            }
            return broker[0];
        }
    }
}
