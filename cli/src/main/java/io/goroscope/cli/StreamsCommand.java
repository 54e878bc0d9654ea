package io.goroscope.cli;

import io.goroscope.cli.rights.Grant;
import io.goroscope.cli.rights.Part;
import io.goroscope.cli.rights.RightsCheck;
import io.goroscope.schemas.UserException;
import io.goroscope.streams.topology.StreamsJob;
import io.goroscope.streams.topology.StreamsJobConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The Streams job. */
@Command(
        name = "streams",
        mixinStandardHelpOptions = true,
        description = {
            "Pairs entries with returns and writes totals, latency windows and health, exactly once, until Ctrl-C.",
            "Start as many instances as you like under one --application-id; they share the work."
        },
        footer = {"", "Example:", "  goroscope streams -b kafka:9092 --threads 2"})
final class StreamsCommand implements Callable<Integer> {

    @Mixin
    private KafkaOptions kafka;

    @Option(
            names = "--application-id",
            paramLabel = "ID",
            defaultValue = "goroscope-streams",
            description = "Instances with the same id share the work (default: ${DEFAULT-VALUE}).")
    private String applicationId;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads of this instance (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--window",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "Size of the latency windows (default: ${DEFAULT-VALUE}).")
    private String window;

    @Option(
            names = "--retire-after",
            paramLabel = "DURATION",
            defaultValue = "5m",
            description = "How long after its end the series of a process stay (default: ${DEFAULT-VALUE}).")
    private String retireAfter;

    @Option(
            names = "--state-dir",
            paramLabel = "FOLDER",
            defaultValue = "${sys:java.io.tmpdir}/goroscope-streams",
            description = "For Kafka Streams' lock files (default: ${DEFAULT-VALUE}).")
    private Path stateDirectory;

    @Option(
            names = "--metrics-listen",
            paramLabel = "ADDRESS",
            defaultValue = "localhost",
            description = "Address to serve this instance's own metrics on (default: ${DEFAULT-VALUE}).")
    private String metricsAddress;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description =
                    "Port to serve this instance's own metrics on, for Prometheus; 0 for a free one (default: they"
                            + " are not served).")
    private Integer metricsPort;

    @Mixin
    private final ReadyFile readyFile = new ReadyFile();

    @Option(
            names = "--accept-loss",
            description = "Where unread records were deleted by retention, go on with what is left; else stop with exit"
                    + " code 2. What is missing is counted as gaps in goroscope.health either way.")
    private boolean acceptLoss;

    @Override
    public Integer call() {
        if (threads < 1) {
            throw new UserException("--threads " + threads + ": at least 1");
        }
        Privilege.warnOf("streams");
        RightsCheck.require(kafka.client(), Part.STREAMS, Grant.all(kafka.topics(), applicationId));
        StreamsJobConfig config = StreamsJobConfig.of(kafka.client(), stateDirectory)
                .withTopics(kafka.topics())
                .withApplicationId(applicationId)
                .withThreads(threads)
                .withAcceptLoss(acceptLoss)
                .withWindow(Duration.ofNanos(Durations.parseNs("--window", window)))
                .withRetireAfter(Duration.ofNanos(Durations.parseNs("--retire-after", retireAfter)));
        try (readyFile;
                StreamsJob job = StreamsJob.start(
                        config, state -> System.err.println("goroscope: streams job is " + lower(state)));
                JobMetrics metrics = metricsPort == null ? null : JobMetrics.serve(job, metricsAddress, metricsPort)) {
            if (metrics != null) {
                System.err.println("goroscope: serving http://" + metricsAddress + ":" + metrics.port() + "/metrics");
            }
            while (!Interruption.await(200, TimeUnit.MILLISECONDS)) {
                readyFile.set(job.state() == StreamsJob.State.RUNNING);
                if (job.state() == StreamsJob.State.FAILED) {
                    if (job.failure() instanceof UserException known) {
                        throw known;
                    }
                    throw new UserException(
                            "the streams job has failed: "
                                    + RightsCheck.explain(job.failure()).orElse(String.valueOf(job.failure())),
                            job.failure());
                }
            }
        }
        return 0;
    }

    private static String lower(StreamsJob.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
