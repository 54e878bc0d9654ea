package io.goroscope.collector.spool;

import io.goroscope.collector.publish.LostEvents;
import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.schemas.avro.LaneId;
import java.util.HashMap;
import java.util.Map;

/** What a segment that was written in this life holds: to be counted where the file is no longer there to be read. */
final class SegmentContent {

    private final Map<LaneId, Sum> sums = new HashMap<>();

    /** Events of a lane, and events that its records say were lost. */
    private record Sum(long events, long lossTold) {
        Sum plus(Sum other) {
            return new Sum(events + other.events, lossTold + other.lossTold);
        }
    }

    void add(OutgoingRecord record) {
        if (record.lane() != null) {
            sums.merge(record.lane(), new Sum(record.events(), record.lossTold()), Sum::plus);
        }
    }

    void remove(OutgoingRecord record) {
        if (record.lane() != null) {
            sums.merge(record.lane(), new Sum(-record.events(), -record.lossTold()), Sum::plus);
        }
    }

    void lose(LostEvents lost) {
        sums.forEach((lane, sum) -> lost.add(lane, sum.events(), sum.lossTold()));
        sums.clear();
    }
}
