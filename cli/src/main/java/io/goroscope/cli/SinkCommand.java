package io.goroscope.cli;

import io.goroscope.cli.rights.Grant;
import io.goroscope.cli.rights.Part;
import io.goroscope.cli.rights.RightsCheck;
import io.goroscope.sink.Sink;
import io.goroscope.sink.SinkConfig;
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

    @Override
    public Integer call() {
        Map<String, String> client = new HashMap<>();
        kafka.client().forEach((key, value) -> client.put(key.toString(), value.toString()));
        RightsCheck.require(kafka.client(), Part.SINK, Grant.all(kafka.topics(), ""));
        SinkConfig config = SinkConfig.of(kafka.bootstrapServers())
                .withTopics(kafka.topics())
                .withAddress(address, port)
                .withClientProperties(client)
                .withSeriesLimit(seriesLimit);
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
}
