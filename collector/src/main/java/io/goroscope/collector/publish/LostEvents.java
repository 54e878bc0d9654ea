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

    /** Adds the events of a record, and what it was to tell of others. */
    public void add(OutgoingRecord record) {
        add(record.lane(), record.events(), record.lossTold());
    }

    /**
     * The same of several records of a lane.
     *
     * @param lossTold events that the records said were lost: their process is to be told of them again
     */
    public void add(LaneId lane, long events, long lossTold) {
        total.add(events);
        if (lane != null && events + lossTold > 0) {
            byLife.computeIfAbsent(new Life(lane.getProcess(), lane.getEpoch()), key -> new LongAdder())
                    .add(events + lossTold);
        }
    }

    /** All of them. */
    public long total() {
        return total.sum();
    }

    /**
     * What the batches of one process still have to tell, beside what its lanes were refused: its lost events, and once more
     * those of which a lost batch told.
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
