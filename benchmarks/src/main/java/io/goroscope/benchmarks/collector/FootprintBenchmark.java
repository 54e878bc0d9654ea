package io.goroscope.benchmarks.collector;

import io.goroscope.benchmarks.BenchContext;
import io.goroscope.benchmarks.Benchmark;
import io.goroscope.benchmarks.Figures;
import io.goroscope.benchmarks.Median;
import io.goroscope.benchmarks.kernel.HitsProgram;
import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.cli.topics.TopicSetup;
import io.goroscope.cli.topics.TopicSpec;
import io.goroscope.collector.kernel.SteadyLoad;
import io.goroscope.schemas.Topics;
import io.goroscope.testbed.DebianPackages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What the collector takes of the machine: CPU time per event from the ring to the broker, memory, CPU time at rest, and
 * the time from its start until a large binary is attached. The broker runs in this process, the collector in its own.
 */
public final class FootprintBenchmark implements Benchmark {

    private static final double EVENTS_PER_S = 200_000;
    private static final int PARTITIONS = 4;
    private static final long WARM_UP_NS = TimeUnit.SECONDS.toNanos(40);
    private static final long RUN_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long SETTLE_NS = TimeUnit.SECONDS.toNanos(5);
    private static final int STARTS = 3;
    private static final double NS_PER_S = 1e9;
    private static final double PERCENT = 100;

    private static final double MOST_NS_PER_EVENT = 250;
    private static final double MOST_MB = 128;
    private static final double MOST_PERCENT_AT_REST = 0.5;
    private static final double LONGEST_START_S = 2;

    @Override
    public String name() {
        return "collector";
    }

    @Override
    public String about() {
        return "the collector's CPU time per event, memory, CPU time at rest, and time to attach to a large binary";
    }

    @Override
    public Figures run(BenchContext context) throws IOException {
        CollectorProcess.prepare();
        Figures figures = new Figures();
        try (EmbeddedBroker broker = EmbeddedBroker.create(context.folder().resolve("kafka"), Map.of())) {
            createTopics(broker);
            load(figures, context, broker.bootstrapServers());
            starts(figures, context, broker.bootstrapServers());
        }
        return figures;
    }

    private static void createTopics(EmbeddedBroker broker) {
        Properties client = new Properties();
        client.put("bootstrap.servers", broker.bootstrapServers());
        try (TopicSetup topics = TopicSetup.connect(client)) {
            topics.create(TopicSpec.all(Topics.DEFAULT, PARTITIONS, TopicSpec.FOREVER), 0, 1);
        }
    }

    private static void load(Figures figures, BenchContext context, String broker) throws IOException {
        try (HitsProgram traced = HitsProgram.start();
                CollectorProcess collector = CollectorProcess.start(
                        context.folder(), broker, "-p", String.valueOf(traced.pid()), HitsProgram.FUNCTION)) {
            long written;
            double rssMb;
            try (SteadyLoad load = SteadyLoad.start(collector.pid(), traced.pid(), EVENTS_PER_S)) {
                LockSupport.parkNanos(WARM_UP_NS);
                long events = load.events();
                double cpuS = collector.cpuS();
                long begin = System.nanoTime();
                LockSupport.parkNanos(RUN_NS);
                long ran = load.events() - events;
                figures.atMost("collector_ns_per_event", (collector.cpuS() - cpuS) * NS_PER_S / ran, MOST_NS_PER_EVENT);
                figures.add("collector_events_per_s", ran * NS_PER_S / (System.nanoTime() - begin));
                if (load.lost() > 0) {
                    throw new IOException(load.lost() + " events found no room in the ring");
                }
                rssMb = collector.residentMb();
                written = load.stop();
            }
            figures.atMost("collector_peak_rss_mb", collector.peakMb(), MOST_MB);
            figures.atMost("collector_rss_mb", rssMb, MOST_MB);
            context.progress(figures.all().toString());
            LockSupport.parkNanos(SETTLE_NS);
            double cpuS = collector.cpuS();
            LockSupport.parkNanos(RUN_NS);
            figures.atMost(
                    "collector_rest_percent",
                    (collector.cpuS() - cpuS) * NS_PER_S / RUN_NS * PERCENT,
                    MOST_PERCENT_AT_REST);
            long sent = collector.stopAndCountEvents();
            if (sent != written) {
                throw new IOException("the collector sent " + sent + " events of " + written);
            }
        }
    }

    private static void starts(Figures figures, BenchContext context, String broker) throws IOException {
        Path large = DebianPackages.unpacked("sid", List.of("prometheus")).resolve("usr/bin/prometheus");
        Median counting = new Median();
        Median pairs = new Median();
        for (int start = 1; start <= STARTS; start++) {
            counting.add(CollectorProcess.startToCountingS(large + ":*"));
            try (CollectorProcess collector = CollectorProcess.start(context.folder(), broker, "--all", large + ":*")) {
                pairs.add(collector.startS());
                context.progress("start %d: counting after %.2f s, pairs after %.2f s, %.0f MB"
                        .formatted(start, counting.value(), collector.startS(), collector.peakMb()));
                var unused = collector.stopAndCountEvents();
            }
        }
        figures.atMost("start_to_attached_s", counting.value(), LONGEST_START_S);
        figures.add("start_to_attached_pairs_s", pairs.value());
    }
}
