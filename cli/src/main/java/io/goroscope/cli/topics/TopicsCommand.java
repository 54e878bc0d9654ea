package io.goroscope.cli.topics;

import io.goroscope.cli.KafkaOptions;
import io.goroscope.cli.rights.Grant;
import io.goroscope.cli.rights.Part;
import io.goroscope.cli.rights.RightsCheck;
import io.goroscope.schemas.UserException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.common.config.TopicConfig;
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
    private static final long MS_PER_HOUR = 3_600_000;

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

    @Option(
            names = "--application-id",
            paramLabel = "ID",
            defaultValue = "goroscope-streams",
            description = "Of the Streams job, for --acls (default: ${DEFAULT-VALUE}).")
    private String applicationId;

    private static final class Action {
        @Option(names = "--create", description = "Create what is missing.")
        private boolean create;

        @Option(names = "--check", description = "Only look.")
        private boolean check;

        @Option(
                names = "--acls",
                description = {
                    "Print the rights that each part needs on a cluster that asks for them, as commands of Kafka's own"
                            + " tool. Each part is a user of its own, goroscope-PART; nothing is changed."
                })
        private boolean acls;
    }

    @Override
    public Integer call() {
        if (partitions < 0 || replication < 0) {
            throw new UserException("--partitions and --replication must not be negative");
        }
        Duration retention = retentionHours < 0 ? TopicSpec.FOREVER : Duration.ofHours(retentionHours);
        List<TopicSpec> wanted =
                TopicSpec.all(kafka.topics(), partitions == 0 ? DEFAULT_PARTITIONS : partitions, retention);
        PrintWriter out = spec.commandLine().getOut();
        List<Grant> grants = Grant.all(kafka.topics(), applicationId);
        if (action.acls) {
            grants.forEach(grant -> out.println(grant.command(kafka.bootstrapServers())));
            out.flush();
            return 0;
        }
        RightsCheck.require(kafka.client(), Part.TOPICS, grants);
        try (TopicSetup setup = TopicSetup.connect(kafka.client())) {
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
        out.printf("%-28s %-10s %-10s %s%n", "TOPIC", "PARTITIONS", "CLEANUP", "RETENTION");
        for (TopicSpec each : wanted) {
            TopicFit.Existing found = report.existing().get(each.name());
            if (found == null) {
                out.printf("%-28s missing%n", each.name());
            } else {
                String policy = found.settings().getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "");
                out.printf(
                        "%-28s %-10d %-10s %s%n",
                        each.name(), found.partitions(), policy, each.isCompacted() ? "last of each key" : kept(found));
            }
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

    /** How long a topic keeps its records. */
    private static String kept(TopicFit.Existing topic) {
        String ms = topic.settings().getOrDefault(TopicConfig.RETENTION_MS_CONFIG, "-1");
        long hours = Long.parseLong(ms) / MS_PER_HOUR;
        return ms.startsWith("-") ? "for ever" : hours + " h";
    }
}
