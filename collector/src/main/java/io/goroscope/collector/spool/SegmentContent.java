package io.goroscope.collector.spool;

import io.goroscope.collector.publish.LostEvents;
import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.schemas.avro.LaneId;
import java.util.HashMap;
import java.util.Map;

/** What a segment that was written in this life holds: to be counted where the file is no longer there to be read. */
final class SegmentContent {

    private final Map<LaneId, Long> events = new HashMap<>();

    void add(OutgoingRecord record) {
        if (record.lane() != null) {
            events.merge(record.lane(), (long) record.events(), Long::sum);
        }
    }

    void remove(OutgoingRecord record) {
        if (record.lane() != null) {
            events.merge(record.lane(), (long) -record.events(), Long::sum);
        }
    }

    void lose(LostEvents lost) {
        events.forEach(lost::add);
        events.clear();
    }
}
