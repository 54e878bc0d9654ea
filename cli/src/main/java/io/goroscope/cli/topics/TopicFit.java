package io.goroscope.cli.topics;

import io.goroscope.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;

/** Whether a topic that exists can serve, judged by what would make totals wrong. Pure. */
final class TopicFit {

    private TopicFit() {}

    /**
     * An existing topic.
     *
     * @param partitions its partition count
     * @param settings its effective settings
     */
    record Existing(int partitions, Map<String, String> settings) {
        Existing {
            settings = Map.copyOf(settings);
        }
    }

    /** What is wrong with one topic: one line each, empty where it fits. */
    static List<String> problems(TopicSpec wanted, Existing found) {
        List<String> problems = new ArrayList<>();
        String policy = found.settings().getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "");
        String wantedPolicy = wanted.settings().get(TopicConfig.CLEANUP_POLICY_CONFIG);
        if (!policy.equals(wantedPolicy)) {
            problems.add(problem(wanted, TopicConfig.CLEANUP_POLICY_CONFIG, policy, wantedPolicy)
                    + (wanted.isCompacted()
                            ? ": old series would vanish"
                            : ": batches of the same lane would overwrite each other"));
        }
        long bytes = number(found, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.MAX_VALUE);
        if (bytes < TopicSpec.MIN_MESSAGE_BYTES) {
            problems.add(problem(
                            wanted,
                            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                            String.valueOf(bytes),
                            wanted.settings().get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG))
                    + ": full batches would be refused");
        }
        String time = found.settings().getOrDefault(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");
        if (!time.equals("CreateTime")) {
            problems.add(problem(wanted, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, time, "CreateTime")
                    + ": replays would not repeat");
        }
        if (!wanted.isCompacted()) {
            retention(wanted, found, problems);
        }
        return problems;
    }

    private static void retention(TopicSpec wanted, Existing found, List<String> problems) {
        long wantedMs = Long.parseLong(wanted.settings().get(TopicConfig.RETENTION_MS_CONFIG));
        long foundMs = number(found, TopicConfig.RETENTION_MS_CONFIG, -1);
        boolean shorter = foundMs >= 0 && (wantedMs < 0 || foundMs < wantedMs);
        if (shorter) {
            problems.add(
                    problem(wanted, TopicConfig.RETENTION_MS_CONFIG, String.valueOf(foundMs), String.valueOf(wantedMs))
                            + ": records would be deleted before they are read");
        }
    }

    /**
     * What is wrong between topics: {@code events} and {@code counts} must have the same number of partitions.
     *
     * @param asked the partition count that the user asked for, or 0 where any will do
     */
    static List<String> partitionProblems(List<TopicSpec> wanted, Map<String, Existing> found, int asked) {
        List<String> problems = new ArrayList<>();
        Existing events = null;
        String eventsName = "";
        for (TopicSpec each : wanted) {
            Existing topic = found.get(each.name());
            if (topic == null) {
                continue;
            }
            if (each.kind() == Topics.Kind.EVENTS) {
                events = topic;
                eventsName = each.name();
            }
            boolean spread = each.kind() == Topics.Kind.EVENTS || each.kind() == Topics.Kind.COUNTS;
            if (asked > 0 && spread && topic.partitions() != asked) {
                problems.add(
                        "topic " + each.name() + " has " + topic.partitions() + " partitions, not " + asked
                                + ": the count of an existing topic never changes, since lanes would move in the middle of calls");
            } else if (each.kind() == Topics.Kind.COUNTS
                    && events != null
                    && events.partitions() != topic.partitions()) {
                problems.add("topic " + each.name() + " has " + topic.partitions() + " partitions and " + eventsName
                        + " has " + events.partitions() + ": they must be the same");
            }
        }
        return problems;
    }

    private static long number(Existing found, String key, long otherwise) {
        String value = found.settings().get(key);
        return value == null ? otherwise : Long.parseLong(value);
    }

    private static String problem(TopicSpec wanted, String key, String found, String right) {
        return "topic " + wanted.name() + " has " + key + "=" + found + ", needs " + right;
    }
}
