package io.goroscope.schemas;

import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.ProcessId;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Which partition a lane goes to, and the key of its records.
 *
 * <p>Lanes of one process lie side by side, so that a hot process spreads over as many partitions as it has lanes. The
 * exact counters (lane −1) go with lane 0. A collector that is started again keeps a process's partitions, so that whoever
 * reads one sees that the earlier start's lane has ended. Replay uses the same rule, so that a capture lands as the live stream did.
 */
public final class LanePartitioner {

    private LanePartitioner() {}

    /** Partition of a lane among {@code partitions}. */
    public static int partition(LaneId lane, int partitions) {
        CRC32C crc = new CRC32C();
        crc.update((lane.getCollector() + '/' + processKey(lane)).getBytes(StandardCharsets.UTF_8));
        long first = crc.getValue() % partitions;
        return (int) ((first + Math.max(0, lane.getLane())) % partitions);
    }

    /** Key of a lane's records: readable, and the same for all records of the lane. */
    public static byte[] key(LaneId lane) {
        return (lane.getCollector() + '/' + lane.getEpoch() + '/' + processKey(lane) + '/' + lane.getLane())
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String processKey(LaneId lane) {
        ProcessId process = lane.getProcess();
        return process.getHost()
                + '/'
                + process.getBootId()
                + '/'
                + process.getPid()
                + '/'
                + process.getStartTicks()
                + '/'
                + process.getExecId();
    }
}
