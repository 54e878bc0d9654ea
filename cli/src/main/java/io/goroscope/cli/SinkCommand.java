package io.goroscope.cli;

import io.goroscope.cli.rights.Grant;
import io.goroscope.cli.rights.Part;
import io.goroscope.cli.rights.RightsCheck;
import io.goroscope.schemas.UserException;
import io.goroscope.sink.PushTargets;
import io.goroscope.sink.Sink;
import io.goroscope.sink.SinkConfig;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The sink. */
@Command(
        name = "sink",
        mixinStandardHelpOptions = true,
        description = "Reads the output topics and serves them to Prometheus, until Ctrl-C.",
        footer = {"", "Example:", "  goroscope sink -b kafka:9092 --listen 0.0.0.0 --port 9464"})
final class SinkCommand implements Callable<Integer> {

    @Mixin
    private KafkaOptions kafka;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            defaultValue = "localhost",
            description = "Address to serve on (default: ${DEFAULT-VALUE}).")
    private String address;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "9464",
            description = "Port to serve on; 0 for a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--series-limit",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Functions of processes that are served; what is above is counted (default:"
                    + " ${DEFAULT-VALUE}).")
    private int seriesLimit;

    @Option(
            names = "--remote-write",
            paramLabel = "URL",
            description =
                    "Also write the latency windows to this Prometheus (…/api/v1/write) at the time when they"
                            + " happened: for replays. It needs an out-of-order window for what is older than its newest sample.")
    private URI remoteWrite;

    @Option(
            names = "--otlp",
            paramLabel = "URL",
            description =
                    "Also send what is served to an OpenTelemetry collector, by OTLP over HTTP (http://host:4318).")
    private URI otlp;

    @Option(
            names = "--otlp-interval",
            paramLabel = "DURATION",
            defaultValue = "15s",
            description = "How often (default: ${DEFAULT-VALUE}).")
    private String otlpInterval;

    @Override
    public Integer call() {
        Privilege.warnOf("sink");
        Map<String, String> client = new HashMap<>();
        kafka.client().forEach((key, value) -> client.put(key.toString(), value.toString()));
        RightsCheck.require(kafka.client(), Part.SINK, Grant.all(kafka.topics(), ""));
        SinkConfig config = SinkConfig.of(kafka.bootstrapServers())
                .withTopics(kafka.topics())
                .withAddress(address, port)
                .withClientProperties(client)
                .withSeriesLimit(seriesLimit)
                .withPush(pushTargets());
        try (Sink sink = Sink.start(config)) {
            System.err.println("goroscope: serving http://" + address + ":" + sink.port() + "/metrics");
            boolean told = false;
            while (!Interruption.await(200, TimeUnit.MILLISECONDS)) {
                if (!told && sink.ready()) {
                    System.err.println("goroscope: caught up, ready");
                    told = true;
                }
            }
        }
        return 0;
    }

    private PushTargets pushTargets() {
        PushTargets targets = PushTargets.NONE;
        if (remoteWrite != null) {
            targets = targets.withRemoteWrite(requireHttp("--remote-write", remoteWrite));
        }
        if (otlp != null) {
            Duration interval = Duration.ofNanos(Durations.parseNs("--otlp-interval", otlpInterval));
            if (interval.compareTo(Duration.ofMillis(100)) < 0) {
                throw new UserException("--otlp-interval " + otlpInterval + ": at least 100ms");
            }
            targets = targets.withOtlp(requireHttp("--otlp", otlp), interval);
        }
        return targets;
    }

    private static URI requireHttp(String option, URI address) {
        boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
        if (!http || address.getHost() == null) {
            throw new UserException(option + " " + address + ": must be http://HOST:PORT/… or https://…");
        }
        return address;
    }
}
