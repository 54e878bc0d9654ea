package io.goroscope.collector.publish;

import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.ProcessId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Events in records that were taken and then could not be handed on, by the process that they came from. */
public final class LostEvents {

    private final LongAdder total = new LongAdder();
    private final Map<Life, LongAdder> byLife = new ConcurrentHashMap<>();

    /** One life of a process, as one start of a collector saw it. */
    private record Life(ProcessId process, long epoch) {}

    /** Adds the events of a record. */
    public void add(LaneId lane, long events) {
        total.add(events);
        if (lane != null && events > 0) {
            byLife.computeIfAbsent(new Life(lane.getProcess(), lane.getEpoch()), key -> new LongAdder())
                    .add(events);
        }
    }

    /** All of them. */
    public long total() {
        return total.sum();
    }

    /**
     * Those of one process.
     *
     * @param epoch start of the collector, ns since 1970
     */
    public long of(ProcessId process, long epoch) {
        if (byLife.isEmpty()) {
            return 0;
        }
        LongAdder lost = byLife.get(new Life(process, epoch));
        return lost == null ? 0 : lost.sum();
    }
}
