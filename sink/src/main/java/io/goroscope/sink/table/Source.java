package io.goroscope.sink.table;

import io.goroscope.schemas.avro.LaneId;

/**
 * The one writer of a key: a lane of a process as one start of a collector saw it.
 *
 * @param process the traced process
 * @param collector name of the collector
 * @param epoch its start, ns since 1970
 * @param lane number of the lane; −1 for the exact counters
 */
public record Source(ProcessLife process, String collector, long epoch, int lane) {

    /** From a record. */
    public static Source of(LaneId lane) {
        return new Source(ProcessLife.of(lane.getProcess()), lane.getCollector(), lane.getEpoch(), lane.getLane());
    }
}
