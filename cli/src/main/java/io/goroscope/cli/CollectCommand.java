package io.goroscope.cli;

import io.goroscope.cli.rights.Grant;
import io.goroscope.cli.rights.Part;
import io.goroscope.cli.rights.RightsCheck;
import io.goroscope.collector.CollectorConfig;
import io.goroscope.collector.CollectorStatus;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.budget.HostBudget;
import io.goroscope.collector.config.Configuration;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.process.ProcessLocks;
import io.goroscope.collector.publish.KafkaDelivery;
import io.goroscope.collector.publish.KafkaSink;
import io.goroscope.collector.publish.RecordSink;
import io.goroscope.collector.spool.SpoolingSink;
import io.goroscope.collector.watch.Survey;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The collector: publishes what it sees to Kafka. */
@Command(
        name = "collect",
        mixinStandardHelpOptions = true,
        description = {
            "Attaches to functions and publishes their entries, returns and exact counts to Kafka, until Ctrl-C.",
            "The topics must exist: goroscope topics --create"
        },
        footer = {
            "",
            "Examples:",
            "  goroscope collect -b kafka:9092 '/usr/bin/prometheus:github.com/prometheus/*'",
            "  goroscope collect -b kafka:9092 -p 4242 --args 'main.handle \"%%s %%d\" path, status'",
            "  goroscope collect --config /etc/goroscope/collector.yaml"
        })
final class CollectCommand implements Callable<Integer> {

    /** Mapped twice, so that twice as much counts as memory; at a million events a second it takes those of 150 ms. */
    private static final int RING_BYTES = 8 << 20;

    private static final double PERCENT = 100;

    @Mixin
    private TargetOptions target;

    @Mixin
    private RunOptions run;

    /** For its options alone: they are keys of the configuration, which {@link #settings} reads. */
    @Mixin
    @SuppressWarnings("UnusedVariable")
    private KafkaOptions kafka;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Service name of the traced processes (default: the executable's file name).")
    private String service;

    @Mixin
    private ValueOptions values;

    @Mixin
    private CollectSettings settings;

    @Mixin
    private final ReadyFile readyFile = new ReadyFile();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        run.check();
        Configuration configuration = settings.read();
        boolean byRules = !configuration.rules().isEmpty();
        if (byRules && values.isGiven()) {
            throw new UserException("--args goes with BINARY:PATTERN, -p or -c; rules send no values yet");
        }
        if (byRules && target.isGiven()) {
            throw new UserException("rules and BINARY:PATTERN, -p or -c exclude each other: put all of it into rules");
        }
        if (settings.check()) {
            if (!byRules) {
                throw new UserException("--check looks at rules, and there are none: give --config FILE");
            }
            SurveyReport.print(
                    configuration,
                    Survey.of(configuration.rules()),
                    spec.commandLine().getOut());
            return 0;
        }
        Logs.showProgress();
        try (readyFile;
                ProcessLocks locks = ProcessLocks.open(configuration.collector().label())) {
            if (byRules) {
                watch(configuration, locks);
            } else {
                trace(configuration, locks);
            }
        }
        return 0;
    }

    private void watch(Configuration configuration, ProcessLocks locks) {
        try (Watching watching = Watching.start(
                        configuration,
                        settings::read,
                        config(configuration),
                        sink(configuration),
                        locks,
                        TracingBudget.of(configuration.budget()));
                MetricsServer server = serve(configuration, watching.metrics())) {
            tell(server, configuration);
            Hangup.handle(watching::reload);
            watching.announce();
            readyFile.set(true);
            run.run(watching::hasEnded, () -> report(watching.status()));
            watching.finish();
            report(watching.status());
        }
    }

    private void trace(Configuration configuration, ProcessLocks locks) {
        Optional<HostBudget> budget = TracingBudget.of(configuration.budget());
        if (budget.isPresent() && values.isGiven()) {
            System.err.println("goroscope: the probes of --args are not under the budget");
        }
        SessionOptions options = SessionOptions.pairs().withRingBytes(RING_BYTES);
        TraceTarget resolved = target.resolve(values);
        resolved.runningProcesses().forEach(locks::requireFree);
        try (Tracing tracing = Tracing.start(
                        resolved,
                        target,
                        values,
                        budget.isPresent() ? options.withModes() : options,
                        config(configuration),
                        sink(configuration),
                        locks);
                MetricsServer server = serve(configuration, tracing.metrics())) {
            tell(server, configuration);
            budget.ifPresent(tracing::keepUnder);
            tracing.announce("Collecting");
            readyFile.set(true);
            run.run(tracing::hasEnded, () -> report(tracing));
            tracing.finish();
            report(tracing);
        }
    }

    private static MetricsServer serve(Configuration configuration, CollectorMetrics metrics) {
        Configuration.Metrics where = configuration.metrics();
        if (where.port() < 0) {
            return null;
        }
        return MetricsServer.serve(metrics::snapshots, metrics::health, where.listen(), where.port());
    }

    private static void tell(MetricsServer server, Configuration configuration) {
        if (server != null) {
            System.err.println("goroscope: serving http://"
                    + configuration.metrics().listen() + ":" + server.port() + "/metrics and /health");
        }
    }

    private CollectorConfig config(Configuration configuration) {
        return Tracing.config(Duration.ofSeconds(1))
                .withLanes(configuration.collector().lanes())
                .withService(service)
                .withLabel(configuration.collector().label());
    }

    private static RecordSink sink(Configuration configuration) {
        Configuration.Kafka kafka = configuration.kafka();
        Properties client = KafkaOptions.client(kafka.bootstrapServers(), kafka.config());
        Topics topics = new Topics(kafka.topicPrefix());
        Configuration.Spool spool = configuration.spool();
        if (spool.folder() == null) {
            checkRights(client, topics);
            return KafkaSink.connect(client, topics);
        }
        return SpoolingSink.open(spool.folder(), (long) spool.maxMib() << 20, () -> {
            checkRights(client, topics);
            return KafkaDelivery.connect(client, topics);
        });
    }

    private static void checkRights(Properties client, Topics topics) {
        RightsCheck.require(client, Part.COLLECTOR, Grant.all(topics, ""));
    }

    private static void report(CollectorStatus status) {
        System.err.printf(
                "goroscope: %d processes, %d calls, %d events, %d lost, %d refused%n",
                status.processes(), status.calls(), status.events(), status.lost(), status.refused());
    }

    private static void report(Tracing tracing) {
        report(tracing.status());
        tracing.budget()
                .ifPresent(now -> System.err.printf(
                        Locale.ROOT,
                        "goroscope: %.0f %% of the budget in use; functions timed: %d, in cycles: %d, only counted: %d,"
                                + " off: %d; %d steps, %d times all detached%n",
                        PERCENT * now.load(),
                        now.pairs(),
                        now.cycled(),
                        now.counts(),
                        now.off(),
                        now.steps(),
                        now.trips()));
    }
}
