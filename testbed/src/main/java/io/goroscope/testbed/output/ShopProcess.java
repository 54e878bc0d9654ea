package io.goroscope.testbed.output;

import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.ProcessId;
import java.util.ArrayList;
import java.util.List;

/** One process of the made-up shop, as one start of a collector sees it. */
public final class ShopProcess {

    static final String SERVICE = "shop";
    static final String EXE = "/usr/bin/shop";
    static final int LANES = 2;

    private final String buildId;
    private final long createdNs;
    private final LaneId counters;
    private final List<ShopLane> lanes = new ArrayList<>();
    private final long[] calls = new long[ShopFunction.ALL.size()];

    /**
     * @param pid its process id; host, boot and start are the same for all
     * @param buildId its build
     * @param epoch start of the collector, ns since 1970: the same pid and another epoch is a collector that came again
     */
    public ShopProcess(int pid, String buildId, long epoch) {
        this.buildId = buildId;
        this.createdNs = epoch;
        ProcessId process = ProcessId.newBuilder()
                .setHost("web-1")
                .setBootId("0b5cf1f2-6a4e-4a58-9d0c-1d3b0a7c4e11")
                .setPid(pid)
                .setStartTicks(118_340L + pid)
                .setExecId(0)
                .build();
        this.counters = lane(process, epoch, -1);
        for (int i = 0; i < LANES; i++) {
            lanes.add(new ShopLane(lane(process, epoch, i)));
        }
    }

    private static LaneId lane(ProcessId process, long epoch, int number) {
        return LaneId.newBuilder()
                .setProcess(process)
                .setCollector("web-1")
                .setEpoch(epoch)
                .setLane(number)
                .setLanes(LANES)
                .build();
    }

    /** Its build. */
    public String buildId() {
        return buildId;
    }

    long createdNs() {
        return createdNs;
    }

    LaneId counters() {
        return counters;
    }

    List<ShopLane> lanes() {
        return lanes;
    }

    void call(int function, long times) {
        calls[function] += times;
    }

    /** Calls of a function so far. */
    public long calls(int function) {
        return calls[function];
    }

    /** Of these, paired ones. */
    public long paired(int function) {
        return lanes.stream()
                .mapToLong(lane -> lane.total(function).latency.count())
                .sum();
    }

    /** Sum of the paired ones' durations, ns. */
    public long sumNs(int function) {
        return lanes.stream()
                .mapToLong(lane -> lane.total(function).latency.sumNs())
                .sum();
    }
}
