package io.goroscope.streams.lane;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.goroscope.streams.testing.CapturedValues;
import io.goroscope.streams.testing.SyntheticProcess;
import io.goroscope.streams.testing.SyntheticProcess.Produced;
import io.goroscope.streams.testing.SyntheticProcess.Size;
import io.goroscope.streams.testing.SyntheticProcess.Trouble;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The way of an event through the lanes makes no garbage: what is left is for each batch, or for a series that is new. */
class AllocationTest {

    private static final int EVENTS = 1_000_000;
    private static final long WINDOW_NS = 10_000_000_000L;

    @Test
    void shouldAllocateAtMostOneByteAnEvent() throws Exception {
        List<Produced> records = new ArrayList<>();
        SyntheticProcess process =
                new SyntheticProcess("host", 7, new Size(1, 2000, 64, 512), Trouble.NONE, records::add);
        process.run(EVENTS);
        assertThat(bytesAnEvent(records)).isLessThanOrEqualTo(1);
    }

    /** The values of calls lie in one block, which is passed over. */
    @Test
    void shouldAllocateNothingForCapturedValues() throws Exception {
        List<Produced> records = new ArrayList<>();
        SyntheticProcess process = new SyntheticProcess(
                "host", 7, new Size(1, 2000, 64, 512), Trouble.NONE, each -> records.add(CapturedValues.addedTo(each)));
        process.run(EVENTS);
        assertThat(bytesAnEvent(records)).isLessThanOrEqualTo(1);
    }

    private static double bytesAnEvent(List<Produced> records) throws Exception {
        LaneSet lanes = new LaneSet(WINDOW_NS);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int half = records.size() / 2;
        long before = 0;
        for (int i = 0; i < records.size(); i++) {
            if (i == half) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            Produced each = records.get(i);
            if (each.input() == LaneSet.Input.EVENTS) {
                lanes.check(each.input(), each.value());
                lanes.apply(each.timestampMs());
            }
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        return (double) allocated / (EVENTS / 2);
    }
}
