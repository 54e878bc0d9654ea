package io.goroscope.cli.topics;

import io.goroscope.cli.KafkaOptions;
import io.goroscope.schemas.UserException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code goroscope topics}: creates the pipeline's topics, or says whether those that exist fit. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        description = "Creates the topics that the pipeline needs, or checks those that exist.",
        footer = {
            "",
            "Topics that exist are never changed: they fit, or each thing that does not is named and the exit code is 2.",
            "Where counts are to be exact, the number of partitions never changes."
        })
public final class TopicsCommand implements Callable<Integer> {

    private static final int DEFAULT_PARTITIONS = 4;

    @Spec
    private CommandSpec spec;

    @Mixin
    private KafkaOptions kafka;

    @ArgGroup(multiplicity = "1")
    private Action action;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "Partitions of events, counts, latency, totals and health (default: " + DEFAULT_PARTITIONS
                    + "; with --check: any).")
    private int partitions;

    @Option(
            names = "--replication",
            paramLabel = "N",
            description = "Replicas of each topic (default: the brokers' own default).")
    private int replication;

    @Option(
            names = "--retention-hours",
            paramLabel = "H",
            defaultValue = "24",
            description =
                    "How long events and windows stay (default: ${DEFAULT-VALUE}); -1 keeps them whatever their age,"
                            + " which replays of old captures need.")
    private long retentionHours;

    private static final class Action {
        @Option(names = "--create", description = "Create what is missing.")
        private boolean create;

        @Option(names = "--check", description = "Only look.")
        private boolean check;
    }

    @Override
    public Integer call() {
        if (partitions < 0 || replication < 0) {
            throw new UserException("--partitions and --replication must not be negative");
        }
        Duration retention = retentionHours < 0 ? TopicSpec.FOREVER : Duration.ofHours(retentionHours);
        List<TopicSpec> wanted =
                TopicSpec.all(kafka.topics(), partitions == 0 ? DEFAULT_PARTITIONS : partitions, retention);
        try (TopicSetup setup = TopicSetup.connect(kafka.client())) {
            PrintWriter out = spec.commandLine().getOut();
            if (action.create) {
                List<String> made = setup.create(wanted, partitions, replication);
                made.forEach(name -> out.println("created " + name));
            }
            if (action.check) {
                print(setup.check(wanted, partitions), wanted, out);
            }
            out.println("topics fit: " + wanted.size() + " on " + kafka.bootstrapServers());
            out.flush();
        }
        return 0;
    }

    private void print(TopicSetup.Report report, List<TopicSpec> wanted, PrintWriter out) {
        for (TopicSpec each : wanted) {
            Integer found = report.existing().get(each.name());
            out.printf(
                    "%-28s %s%n",
                    each.name(), found == null ? "missing" : found + (found == 1 ? " partition" : " partitions"));
        }
        out.flush();
        if (!report.missing().isEmpty()) {
            throw new UserException("missing on " + kafka.bootstrapServers() + ": "
                    + String.join(", ", report.missing()) + "; create them with: goroscope topics --create");
        }
        if (!report.problems().isEmpty()) {
            throw new UserException(String.join("; ", report.problems()));
        }
    }
}
