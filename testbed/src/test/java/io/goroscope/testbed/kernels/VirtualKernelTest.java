package io.goroscope.testbed.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.testbed.Requirements;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The machines boot, run Java, and have what the collector needs of a kernel. */
class VirtualKernelTest {

    @ParameterizedTest
    @EnumSource(Kernel.Suite.class)
    void shouldRunJavaUnderTheKernel(Kernel.Suite suite) {
        Requirements.require("kernels");
        Kernel kernel = Kernel.of(suite);

        List<GuestJob.Result> results = new VirtualKernel(kernel, List.of())
                .run(List.of(new GuestJob(
                        "version",
                        List.of(VirtualKernel.java(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-version"),
                        60,
                        List.of("/proc/sys/kernel/osrelease", "/sys/bus/event_source/devices/uprobe/type"))));

        assertThat(results).hasSize(1);
        GuestJob.Result result = results.get(0);
        assertThat(result.code()).as(result.stderr()).isZero();
        assertThat(result.files().get("/proc/sys/kernel/osrelease").strip()).isEqualTo(kernel.version());
    }
}
