package io.goroscope.streams.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.ModeDetail;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.FunctionMode;
import io.goroscope.schemas.avro.Health;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.Lifecycle;
import io.goroscope.schemas.avro.LifecycleKind;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.schemas.avro.Totals;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.BatchEncoder;
import io.goroscope.schemas.batch.LaneSource;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;

/** A function whose mode changes: calls of one mode are never taken for calls of another. */
class ModeSeriesTest {

    private static final int FUNCTION = 1;
    private static final int OTHER = 2;
    private static final long DEPTH = 64;
    private static final long WINDOW_NS = 1_000_000_000L;

    private final BatchEncoder encoder = new BatchEncoder(
            new LaneSource(
                    new LaneId(new ProcessId("host", "boot", 42, 7L, 0), "c", 1L, 0, 1),
                    "/bin/app",
                    "app",
                    List.of(new ImageRef("b", "/bin/app"))),
            0,
            4096);

    private LaneSet lanes = new LaneSet(WINDOW_NS);
    private final TreeMap<byte[], byte[]> state = new TreeMap<>(Arrays::compareUnsigned);
    private final TreeMap<byte[], byte[]> totals = new TreeMap<>(Arrays::compareUnsigned);
    private long health;

    private void enter(long timeNs, long goid, int function) {
        encoder.add(timeNs, goid, DEPTH, function, BatchDescriptor.ENTRY, 0, 0);
    }

    private void leave(long timeNs, long goid, int function) {
        encoder.add(timeNs, goid, DEPTH, function, BatchDescriptor.RETURN, 0, 0);
    }

    private void call(long timeNs, long goid, long durationNs) {
        enter(timeNs, goid, FUNCTION);
        leave(timeNs + durationNs, goid, FUNCTION);
    }

    private void mode(long timeNs, String detail) {
        encoder.add(new Lifecycle(0, timeNs, LifecycleKind.MODE, FUNCTION, detail));
    }

    private void send(long timeNs) throws BadRecordException {
        lanes.check(LaneSet.Input.EVENTS, encoder.finish(timeNs, 0));
        lanes.apply(1);
        lanes.send((topic, key, value, timestampMs) -> {
            if (topic == Topics.Kind.TOTALS) {
                totals.put(key, value);
            } else if (topic == Topics.Kind.HEALTH) {
                health = decode(value, Health.class).getUnmatched();
            }
        });
        lanes.save((key, value) -> {
            if (value == null) {
                state.remove(key);
            } else {
                state.put(key, value);
            }
        });
    }

    /** As after a failure: from what was saved. */
    private void restore() {
        lanes = new LaneSet(WINDOW_NS);
        state.forEach(lanes::load);
        lanes.loaded();
    }

    private static <T extends SpecificRecordBase> T decode(byte[] value, Class<T> type) {
        try {
            return Records.decode(value, type);
        } catch (BadRecordException e) {
            throw new IllegalStateException(e);
        }
    }

    private <T extends SpecificRecordBase> List<T> all(Class<T> type) {
        return totals.values().stream()
                .map(value -> {
                    try {
                        return Records.decode(value);
                    } catch (BadRecordException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private <T extends SpecificRecordBase> T only(Class<T> type) {
        assertThat(all(type)).hasSize(1);
        return all(type).get(0);
    }

    @Test
    void shouldKeepCallsOfCyclesApart() throws BadRecordException {
        call(1_000, 1, 100);
        call(2_000, 1, 100);
        enter(3_000, 2, FUNCTION); // open when the mode changes: its return never comes
        send(3_500);
        mode(4_000, ModeDetail.CYCLED);
        send(4_500);
        restore();

        mode(10_000, ModeDetail.WINDOW);
        leave(10_100, 2, FUNCTION); // of a call that nobody saw begin
        call(11_000, 1, 200);
        enter(12_000, 1, FUNCTION);
        enter(12_500, 3, FUNCTION);
        mode(13_000, ModeDetail.WINDOW_CLOSED);
        send(13_500);
        restore();
        leave(14_000, 1, FUNCTION); // timed, since it began in the window
        mode(16_000, ModeDetail.WINDOW_OVER); // that of goroutine 3 is given up
        mode(20_000, ModeDetail.WINDOW);
        leave(20_100, 3, FUNCTION); // not its return
        call(20_200, 3, 300);
        mode(21_000, ModeDetail.WINDOW_CLOSED);
        mode(22_000, ModeDetail.WINDOW_OVER);
        mode(24_000, ModeDetail.COUNTS);
        send(25_000);

        Totals all = only(Totals.class);
        assertThat(all.getSummary().getLatency().getCount()).isEqualTo(2);
        assertThat(all.getSummary().getLatency().getSumNs()).isEqualTo(200);
        assertThat(all.getSummary().getAbandoned().getDetach()).isEqualTo(1);
        assertThat(all.getSummary().getUnmatched()).isZero();
        FunctionMode mode = only(FunctionMode.class);
        assertThat(mode.getMode()).isEqualTo(ModeDetail.COUNTS);
        assertThat(mode.getChanges()).isEqualTo(2);
        assertThat(mode.getSampled().getLatency().getCount()).isEqualTo(3);
        assertThat(mode.getSampled().getLatency().getSumNs()).isEqualTo(200 + 2_000 + 300);
        assertThat(mode.getSampled().getAbandoned().getDetach()).isEqualTo(1);
        assertThat(mode.getObservedNs()).isEqualTo(3_000 + 1_000);
        assertThat(mode.getCycledNs()).isEqualTo(24_000 - 4_000);
        assertThat(health).isZero();
    }

    @Test
    void shouldNotPairAcrossAGap() throws BadRecordException {
        enter(1_000, 1, FUNCTION);
        mode(2_000, ModeDetail.OFF);
        mode(9_000, ModeDetail.PAIRS);
        leave(10_000, 1, FUNCTION);
        enter(11_000, 1, OTHER);
        leave(11_500, 1, OTHER);
        send(12_000);

        assertThat(all(Totals.class).stream()
                        .mapToLong(each -> each.getSummary().getLatency().getSumNs())
                        .sum())
                .isEqualTo(500);
        assertThat(health).isEqualTo(1);
        assertThat(only(FunctionMode.class).getMode()).isEqualTo(ModeDetail.PAIRS);
    }
}
