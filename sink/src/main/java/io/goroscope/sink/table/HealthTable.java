package io.goroscope.sink.table;

import io.goroscope.schemas.avro.Health;
import io.goroscope.schemas.avro.HealthKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What each lane has brought, from {@code goroscope.health}. */
public final class HealthTable {

    private final Map<Source, LaneHealth> lanes = new HashMap<>();

    HealthTable() {}

    /** Takes a record; null for a tombstone. */
    void apply(HealthKey key, Health value, long heardMs) {
        Source source = Source.of(key.getSource());
        if (value == null) {
            lanes.remove(source);
        } else {
            lanes.put(source, new LaneHealth(source, value, heardMs));
        }
    }

    void clear() {
        lanes.clear();
    }

    /** All lanes, in no order. */
    public List<LaneHealth> list() {
        return new ArrayList<>(lanes.values());
    }
}
