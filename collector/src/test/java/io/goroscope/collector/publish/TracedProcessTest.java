package io.goroscope.collector.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.publish.TracedProcess.Origin;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.FunctionCount;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LifecycleKind;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.DecodedBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TracedProcessTest {

    private static final long LINGER_NS = 100;
    private static final long HEARTBEAT_NS = 1000;

    /** Keeps what it is given, and refuses when told to. */
    private static final class Kept implements RecordSink {
        final List<OutgoingRecord> records = new ArrayList<>();
        boolean refusing;

        @Override
        public boolean offer(OutgoingRecord record) {
            return !refusing && records.add(record);
        }

        @Override
        public void close() {}
    }

    private final Kept sink = new Kept();

    private TracedProcess process(int lanes) {
        return new TracedProcess(
                new ProcessId("host", "boot", 42, 7L, 0),
                new Origin("collector", 1, 1_000_000_000, lanes),
                "/usr/bin/app",
                "app",
                List.of(new ImageRef("b1", "/usr/bin/app")),
                0,
                sink);
    }

    @Test
    void shouldKeepAGoroutineInOneLaneInOrder() throws BadRecordException {
        TracedProcess process = process(4);
        for (int i = 0; i < 40_000; i++) {
            process.event(i, i % 100, 64, 1, BatchDescriptor.ENTRY, 0, 0);
        }
        process.flush(50_000, 0, 0, 0);
        Map<Long, Integer> laneOf = new HashMap<>();
        Map<Long, Long> lastTime = new HashMap<>();
        Set<Integer> lanes = new HashSet<>();
        int events = 0;
        for (DecodedBatch batch : batches()) {
            lanes.add(batch.lane());
            for (int i = 0; i < batch.eventCount(); i++) {
                long goid = batch.goid()[i];
                assertThat(laneOf.computeIfAbsent(goid, key -> batch.lane())).isEqualTo(batch.lane());
                assertThat(batch.timeNs()[i]).isGreaterThan(lastTime.getOrDefault(goid, -1L));
                lastTime.put(goid, batch.timeNs()[i]);
                events++;
            }
        }
        assertThat(events).isEqualTo(40_000);
        assertThat(lanes).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void shouldTellEveryLaneWhatHappened() throws BadRecordException {
        TracedProcess process = process(3);
        process.happened(LifecycleKind.PROCESS_END, -1, "exit", 5);
        process.flush(200, LINGER_NS, HEARTBEAT_NS, 0);
        assertThat(batches()).hasSize(3).allSatisfy(batch -> assertThat(batch.lifecycle())
                .singleElement()
                .satisfies(happening -> assertThat(happening.getKind()).isEqualTo(LifecycleKind.PROCESS_END)));
    }

    @Test
    void shouldSendAHeartbeatWhereNothingHappens() throws BadRecordException {
        TracedProcess process = process(2);
        process.flush(HEARTBEAT_NS - 1, LINGER_NS, HEARTBEAT_NS, 0);
        assertThat(sink.records).isEmpty();
        process.flush(HEARTBEAT_NS, LINGER_NS, HEARTBEAT_NS, 0);
        assertThat(batches()).hasSize(2).allSatisfy(batch -> {
            assertThat(batch.eventCount()).isZero();
            assertThat(batch.baseTimeNs()).isEqualTo(HEARTBEAT_NS);
        });
    }

    @Test
    void shouldLeaveAGapForABatchThatWasRefused() throws BadRecordException {
        TracedProcess process = process(1);
        for (int round = 0; round < 3; round++) {
            sink.refusing = round == 1;
            process.event(round, 1, 64, 1, BatchDescriptor.ENTRY, 0, 0);
            process.flush(round * LINGER_NS + LINGER_NS, LINGER_NS, HEARTBEAT_NS, 0);
        }
        assertThat(batches()).extracting(DecodedBatch::sequence).containsExactly(0L, 2L);
        assertThat(process.refusedEvents()).isEqualTo(1);
    }

    @Test
    void shouldReportLossOnce() throws BadRecordException {
        TracedProcess process = process(2);
        assertThat(process.flush(10, LINGER_NS, HEARTBEAT_NS, 5)).isTrue();
        assertThat(process.flush(20, LINGER_NS, HEARTBEAT_NS, 0)).isFalse();
        assertThat(batches()).singleElement().satisfies(batch -> {
            assertThat(batch.lane()).isZero();
            assertThat(batch.lost()).isEqualTo(5);
        });
    }

    @Test
    void shouldFinishABatchThatIsOlderThanTheLastOne() throws BadRecordException {
        TracedProcess process = process(1);
        process.flush(HEARTBEAT_NS, LINGER_NS, HEARTBEAT_NS, 0);
        process.event(HEARTBEAT_NS - 20, 1, 64, 1, BatchDescriptor.ENTRY, 0, 0);
        process.happened(LifecycleKind.PROCESS_END, -1, "exit", HEARTBEAT_NS - 10);
        process.finish(HEARTBEAT_NS - 10, 0);
        assertThat(batches()).hasSize(2);
        assertThat(batches().get(1).eventCount()).isEqualTo(1);
        assertThat(batches().get(1).lifecycle()).hasSize(1);
    }

    @Test
    void shouldSendCountsAsALaneOfTheirOwn() throws BadRecordException {
        TracedProcess process = process(2);
        process.counts(List.of(new FunctionCount(3, 10L, 1L)), false, 1_000_000);
        OutgoingRecord record = sink.records.get(0);
        assertThat(record.kind()).isEqualTo(Topics.Kind.COUNTS);
        assertThat(record.timestampMs()).isEqualTo(1001);
        FunctionCounts counts = Records.decode(record.value(), FunctionCounts.class);
        assertThat(counts.getSource().getLane()).isEqualTo(-1);
        assertThat(counts.getCounts()).containsExactly(new FunctionCount(3, 10L, 1L));
    }

    private List<DecodedBatch> batches() throws BadRecordException {
        List<DecodedBatch> batches = new ArrayList<>();
        for (OutgoingRecord record : sink.records) {
            DecodedBatch batch = new DecodedBatch();
            new BatchDecoder().decode(record.value(), batch);
            batches.add(batch);
        }
        return batches;
    }
}
