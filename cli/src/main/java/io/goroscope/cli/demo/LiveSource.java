package io.goroscope.cli.demo;

import io.goroscope.collector.Collector;
import io.goroscope.collector.CollectorConfig;
import io.goroscope.collector.CollectorStatus;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.publish.KafkaSink;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Probes in running programs, and the collector that publishes what they see. */
final class LiveSource implements CallSource {

    /** As many as the pipeline's partitions. */
    private static final int LANES = 2;

    private final Collector collector;

    private LiveSource(Collector collector) {
        this.collector = collector;
    }

    /**
     * Attaches and begins to publish.
     *
     * @param target functions to probe
     * @param pids the processes; empty for every one that runs the target's binary
     * @param client properties of a Kafka client
     * @throws UserException if the kernel refuses, or a process is gone
     */
    static LiveSource start(TraceTarget target, Set<Integer> pids, Properties client, DemoSteps steps) {
        SessionOptions options =
                pids.isEmpty() ? SessionOptions.pairs() : SessionOptions.pairs().withProcesses(pids);
        KafkaSink sink = KafkaSink.connect(client, Topics.DEFAULT);
        ProbeSession probes;
        try {
            probes = ProbeSession.open(target.plans(), options);
        } catch (RuntimeException e) {
            sink.close();
            throw e;
        }
        Collector collector = Collector.start(
                probes,
                target.plans(),
                List.copyOf(pids),
                CollectorConfig.defaults().withLanes(LANES),
                sink);
        steps.done(
                "probes",
                String.format(
                        Locale.ROOT,
                        "%d functions at %d places, attached in %d ms",
                        target.probeable().size(),
                        probes.probes(),
                        TimeUnit.NANOSECONDS.toMillis(probes.attachNs())));
        return new LiveSource(collector);
    }

    @Override
    public Status status() {
        CollectorStatus status = collector.status();
        return new Status(status.calls(), status.events(), status.lost() + status.refused());
    }

    @Override
    public void checkAlive() {
        if (collector.failure() != null) {
            throw collector.failure();
        }
    }

    @Override
    public boolean isReplay() {
        return false;
    }

    @Override
    public void close() {
        collector.close();
    }
}
