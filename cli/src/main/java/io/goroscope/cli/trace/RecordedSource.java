package io.goroscope.cli.trace;

import io.goroscope.cli.KafkaOptions;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The options by which {@code trace} prints calls that were recorded instead of calls that are made now. */
final class RecordedSource {

    /** What is decided when a call is captured. */
    private static final List<String> LIVE =
            List.of("--command", "--user-stack", "--sample", "--max-bytes", "--depth", "--hist", "--count", "--costly");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--from-topic",
            paramLabel = "TOPIC",
            description =
                    "Print the calls that collect --args sends to this topic, [PREFIX]goroscope.events. SPEC is then a"
                            + " function's name, or left out for all.")
    private String topic;

    @Option(names = "--from-file", paramLabel = "FILE", description = "The same from a file of capture --args.")
    private Path file;

    @Option(names = "--from-beginning", description = "With --from-topic: what the topic has already, too.")
    private boolean fromBeginning;

    @Mixin
    private KafkaOptions kafka;

    boolean isGiven() {
        return topic != null || file != null;
    }

    /** Null for a topic. */
    Path file() {
        return file;
    }

    void check() {
        if (topic != null && file != null) {
            throw new UserException("--from-topic and --from-file exclude each other");
        }
        if (fromBeginning && topic == null) {
            throw new UserException("--from-beginning goes with --from-topic");
        }
        ParseResult given = spec.commandLine().getParseResult();
        for (String option : isGiven() ? LIVE : List.<String>of()) {
            if (given.hasMatchedOption(option)) {
                throw new UserException(
                        option + " is for calls that are made now, and what was recorded is printed as it is");
            }
        }
    }

    /** Connects. */
    TopicCalls open(RecordedCalls.Handler handler) {
        String events = Topics.DEFAULT.of(Topics.Kind.EVENTS);
        if (!topic.endsWith(events)) {
            throw new UserException("--from-topic " + topic + ": calls are in [PREFIX]" + events);
        }
        Topics topics = new Topics(topic.substring(0, topic.length() - events.length()));
        if (!kafka.topics().prefix().isEmpty() && !kafka.topics().equals(topics)) {
            throw new UserException(
                    "--topic-prefix " + kafka.topics().prefix() + " is not that of --from-topic " + topic);
        }
        return TopicCalls.open(kafka.client(), topics, fromBeginning, handler);
    }

    /** For messages. */
    String name() {
        return topic != null ? topic : file.toString();
    }
}
