package io.goroscope.cli;

import io.goroscope.cli.rights.Grant;
import io.goroscope.cli.rights.Part;
import io.goroscope.cli.rights.RightsCheck;
import io.goroscope.collector.CollectorStatus;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.process.ProcessLocks;
import io.goroscope.collector.publish.KafkaDelivery;
import io.goroscope.collector.publish.KafkaSink;
import io.goroscope.collector.publish.RecordSink;
import io.goroscope.collector.spool.SpoolingSink;
import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The collector: publishes what it sees to Kafka. */
@Command(
        name = "collect",
        mixinStandardHelpOptions = true,
        description = {
            "Attaches to functions and publishes their entries, returns and exact counts to Kafka, until Ctrl-C.",
            "The topics must exist: goroscope topics --create"
        },
        footer = {"", "Example:", "  goroscope collect -b kafka:9092 '/usr/bin/prometheus:github.com/prometheus/*'"})
final class CollectCommand implements Callable<Integer> {

    @Mixin
    private TargetOptions target;

    @Mixin
    private RunOptions run;

    @Mixin
    private KafkaOptions kafka;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Service name of the traced processes (default: the executable's file name).")
    private String service;

    @Option(
            names = "--label",
            paramLabel = "TEXT",
            defaultValue = "",
            description =
                    "Label of a collector beside another: both may trace the same process then, and this one's service"
                            + " and process names end in @TEXT.")
    private String label;

    @Option(
            names = "--lanes",
            paramLabel = "N",
            defaultValue = "4",
            description = "Lanes for each process, 1 to 256 (default: ${DEFAULT-VALUE}).")
    private int lanes;

    @Option(
            names = "--spool",
            paramLabel = "DIR",
            description = {
                "Keep records in this folder while the broker is away or slow, and send them in order when it is back;"
                        + " what is left there is sent by the next start. Without it, about 32 MB wait in memory."
            })
    private Path spool;

    @Option(
            names = "--spool-max",
            paramLabel = "MIB",
            defaultValue = "1024",
            description = "Size of the spool at most, MiB; beyond it the oldest events are given up and counted"
                    + " (default: ${DEFAULT-VALUE}).")
    private int spoolMax;

    @Mixin
    private final ReadyFile readyFile = new ReadyFile();

    @Override
    public Integer call() {
        run.check();
        if (spoolMax < 1) {
            throw new UserException("--spool-max must be at least 1, is " + spoolMax);
        }
        TraceTarget resolved = target.resolve(true);
        try (readyFile;
                ProcessLocks locks = ProcessLocks.open(label);
                Tracing tracing = start(resolved, locks)) {
            tracing.announce("Collecting");
            readyFile.set(true);
            run.run(tracing::hasEnded, () -> report(tracing));
            tracing.finish();
            report(tracing);
        }
        return 0;
    }

    private Tracing start(TraceTarget resolved, ProcessLocks locks) {
        resolved.runningProcesses().forEach(locks::requireFree);
        return Tracing.start(
                resolved,
                target,
                SessionOptions.pairs(),
                Tracing.config(Duration.ofSeconds(1))
                        .withLanes(lanes)
                        .withService(service)
                        .withLabel(label),
                sink(),
                locks);
    }

    private RecordSink sink() {
        Properties client = kafka.client();
        if (spool == null) {
            checkRights(client);
            return KafkaSink.connect(client, kafka.topics());
        }
        return SpoolingSink.open(spool, (long) spoolMax << 20, () -> {
            checkRights(client);
            return KafkaDelivery.connect(client, kafka.topics());
        });
    }

    private void checkRights(Properties client) {
        RightsCheck.require(client, Part.COLLECTOR, Grant.all(kafka.topics(), ""));
    }

    private static void report(Tracing tracing) {
        CollectorStatus status = tracing.status();
        System.err.printf(
                "goroscope: %d processes, %d calls, %d events, %d lost, %d refused%n",
                status.processes(), status.calls(), status.events(), status.lost(), status.refused());
    }
}
