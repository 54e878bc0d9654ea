package io.goroscope.cli;

import io.goroscope.collector.config.Configuration;
import io.goroscope.collector.config.Layers;
import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The options of {@code collect} that are keys of its configuration, and the file under them. The fields make the options; what they
 * were given is read as it was written, since a value may be any YAML.
 */
@SuppressWarnings("UnusedVariable")
final class CollectSettings {

    /** Options of this command and of its mixins, and the keys that they set. */
    private static final Map<String, String> KEYS = new LinkedHashMap<>();

    static {
        KEYS.put("--bootstrap-server", "kafka.bootstrap-servers");
        KEYS.put("--kafka-config", "kafka.config");
        KEYS.put("--topic-prefix", "kafka.topic-prefix");
        KEYS.put("--spool", "spool.folder");
        KEYS.put("--spool-max", "spool.max-mib");
        KEYS.put("--label", "collector.label");
        KEYS.put("--lanes", "collector.lanes");
        KEYS.put("--budget", "budget.process-percent");
        KEYS.put("--host-budget", "budget.host-percent");
        KEYS.put("--metrics-listen", "metrics.listen");
        KEYS.put("--metrics-port", "metrics.port");
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Take what to trace, and all else, from this YAML file (docs/configuration.md); options and"
                    + " GOROSCOPE_… variables go before it. SIGHUP reads it again.")
    private Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set any key of the configuration, such as budget.process-percent=3.")
    private List<String> settings = List.of();

    @Option(
            names = "--check",
            description = "Validate the configuration, print which processes and functions it would take now, and end.")
    private boolean check;

    @Option(
            names = "--label",
            paramLabel = "TEXT",
            description =
                    "Label of a collector beside another: both may trace the same process then, and this one's service"
                            + " and process names end in @TEXT.")
    private String label;

    @Option(names = "--lanes", paramLabel = "N", description = "Lanes for each process, 1 to 256 (default: 4).")
    private String lanes;

    @Option(
            names = "--spool",
            paramLabel = "DIR",
            description = {
                "Keep records in this folder while the broker is away or slow, and send them in order when it is back;"
                        + " what is left there is sent by the next start. Without it, about 32 MB wait in memory."
            })
    private String spool;

    @Option(
            names = "--spool-max",
            paramLabel = "MIB",
            description = "Size of the spool at most, MiB; beyond it the oldest events are given up and counted"
                    + " (default: 1024).")
    private String spoolMax;

    @Option(
            names = "--budget",
            paramLabel = "PERCENT",
            description = "What tracing may cost each traced process, percent of one CPU (default: no limit).")
    private String budget;

    @Option(
            names = "--host-budget",
            paramLabel = "PERCENT",
            description = "What tracing may cost all of them together, percent of one CPU (default: no limit).")
    private String hostBudget;

    @Option(
            names = "--metrics-listen",
            paramLabel = "ADDRESS",
            description = "Address to serve the collector's own metrics and health on (default: localhost).")
    private String metricsListen;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description = "Port to serve /metrics and /health on; 0 for a free one (default: they are not served).")
    private String metricsPort;

    /** True where only the configuration is to be looked at. */
    boolean check() {
        return check;
    }

    /**
     * The file as it is now, the environment and the options.
     *
     * @throws UserException what is wrong, and where
     */
    Configuration read() {
        List<Layers.Given> overrides = new ArrayList<>();
        for (String each : settings) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw new UserException("--set " + each + ": write KEY=VALUE");
            }
            overrides.add(new Layers.Given(
                    "--set " + each.substring(0, equals), each.substring(0, equals), each.substring(equals + 1)));
        }
        ParseResult given = spec.commandLine().getParseResult();
        KEYS.forEach((option, key) -> {
            if (given.hasMatchedOption(option)) {
                List<String> values = given.matchedOption(option).originalStringValues();
                overrides.add(new Layers.Given(option, key, quoted(values.get(values.size() - 1))));
            }
        });
        return Layers.read(config, System.getenv(), overrides);
    }

    /** A YAML scalar that is this text, whatever is in it. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
