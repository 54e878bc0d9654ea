package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.cli.topics.TopicSetup;
import io.goroscope.cli.topics.TopicSpec;
import io.goroscope.collector.kernel.SteadyLoad;
import io.goroscope.schemas.Topics;
import io.goroscope.testbed.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The collector by the launcher, with 100,000 events a second in its ring: its memory does not grow. */
@Tag("soak")
class CollectorMemorySoakTest {

    /** {@code -Dgoroscope.soak.minutes=5} makes it shorter. */
    private static final long MINUTES = Long.getLong("goroscope.soak.minutes", 30);

    private static final int EVENTS_PER_S = 100_000;
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long SAMPLE_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long WARM_UP_NS = TimeUnit.SECONDS.toNanos(60);
    private static final double FLAT = 0.05;
    private static final Path LAUNCHER =
            Path.of("../goroscope").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    @Test
    void shouldNotGrow() throws Exception {
        Requirements.require("bpf");
        run(folder);
    }

    static void run(Path folder) throws Exception {
        try (RealProgram program = RealProgram.prometheus(folder);
                EmbeddedBroker broker = EmbeddedBroker.create(
                        folder.resolve("kafka"), Map.of("log.retention.bytes", String.valueOf(64 << 20)))) {
            Properties client = new Properties();
            client.put("bootstrap.servers", broker.bootstrapServers());
            try (TopicSetup setup = TopicSetup.connect(client)) {
                setup.create(TopicSpec.all(Topics.DEFAULT, 4, TopicSpec.FOREVER), 0, 1);
            }
            Path ready = folder.resolve("ready");
            Process collector = new ProcessBuilder(
                            LAUNCHER.toString(),
                            "collect",
                            "-b",
                            broker.bootstrapServers(),
                            "--ready-file",
                            ready.toString(),
                            "-p",
                            program.pid(),
                            "main.main")
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("collector.log").toFile())
                    .start();
            try {
                while (!Files.exists(ready)) {
                    assertThat(collector.isAlive())
                            .as(() -> read(folder.resolve("collector.log")))
                            .isTrue();
                    LockSupport.parkNanos(STEP_NS);
                }
                List<Long> kib = load((int) collector.pid(), Integer.parseInt(program.pid()));
                double first = mean(kib.subList(0, kib.size() / 3));
                double last = mean(kib.subList(kib.size() * 2 / 3, kib.size()));
                System.out.printf(
                        "%d minutes at %d events/s: resident %.1f MB in the first third, %.1f MB in the last%n",
                        MINUTES, EVENTS_PER_S, first * 1024 / 1e6, last * 1024 / 1e6);
                assertThat(last).isCloseTo(first, within(FLAT * first));
            } finally {
                collector.destroy();
                collector.onExit().join();
            }
        }
    }

    /** Resident memory every few seconds, KiB, once the JVM has compiled what it will. */
    private static List<Long> load(int collector, int traced) throws IOException {
        List<Long> kib = new ArrayList<>();
        try (SteadyLoad load = SteadyLoad.start(collector, traced, EVENTS_PER_S)) {
            LockSupport.parkNanos(WARM_UP_NS);
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
            while (System.nanoTime() < end) {
                kib.add(residentKib(collector));
                assertThat(load.lost()).as("events without room").isZero();
                LockSupport.parkNanos(SAMPLE_NS);
            }
            assertThat((double) load.stop())
                    .as("events written")
                    .isCloseTo(
                            EVENTS_PER_S * (60.0 * MINUTES + TimeUnit.NANOSECONDS.toSeconds(WARM_UP_NS)),
                            withinPercentage(2));
        }
        return kib;
    }

    private static long residentKib(int pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private static double mean(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).average().orElseThrow();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return String.valueOf(e);
        }
    }
}
