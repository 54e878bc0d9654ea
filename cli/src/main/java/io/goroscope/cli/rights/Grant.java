package io.goroscope.cli.rights;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.Topics.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;

/**
 * What a part may do with some resources of one type. Read and Write bring Describe with them.
 *
 * @param part who
 * @param operations what
 * @param type topic, group or transactional id
 * @param pattern whether the names are whole names or beginnings of names
 * @param names of the resources
 */
public record Grant(
        Part part, List<AclOperation> operations, ResourceType type, PatternType pattern, List<String> names) {

    public Grant {
        operations = List.copyOf(operations);
        names = List.copyOf(names);
    }

    /**
     * All that a pipeline needs, least first.
     *
     * @param topics its topics
     * @param applicationId of the Streams job: the name of its group, and the beginning of its transactional ids and its
     *     changelog
     */
    public static List<Grant> all(Topics topics, String applicationId) {
        AclOperation read = AclOperation.READ;
        AclOperation write = AclOperation.WRITE;
        AclOperation describe = AclOperation.DESCRIBE;
        return List.of(
                topics(
                        Part.TOPICS,
                        List.of(AclOperation.CREATE, describe, AclOperation.DESCRIBE_CONFIGS),
                        topics,
                        Kind.values()),
                topics(Part.COLLECTOR, List.of(write), topics, Kind.EVENTS, Kind.COUNTS, Kind.FUNCTIONS),
                topics(Part.STREAMS, List.of(read), topics, Kind.EVENTS, Kind.COUNTS),
                topics(Part.STREAMS, List.of(write), topics, Kind.TOTALS, Kind.LATENCY, Kind.HEALTH, Kind.DEAD_LETTER),
                topics(Part.STREAMS, List.of(describe), topics, Kind.FUNCTIONS),
                // Its one internal topic is the changelog of its state.
                new Grant(
                        Part.STREAMS,
                        List.of(AclOperation.CREATE, read, write),
                        ResourceType.TOPIC,
                        PatternType.PREFIXED,
                        List.of(applicationId + "-")),
                new Grant(Part.STREAMS, List.of(read), ResourceType.GROUP, PatternType.LITERAL, List.of(applicationId)),
                new Grant(
                        Part.STREAMS,
                        List.of(write),
                        ResourceType.TRANSACTIONAL_ID,
                        PatternType.PREFIXED,
                        List.of(applicationId + "-")),
                topics(Part.SINK, List.of(read), topics, Kind.TOTALS, Kind.FUNCTIONS, Kind.HEALTH, Kind.LATENCY));
    }

    private static Grant topics(Part part, List<AclOperation> operations, Topics topics, Kind... kinds) {
        return new Grant(
                part,
                operations,
                ResourceType.TOPIC,
                PatternType.LITERAL,
                Arrays.stream(kinds).map(topics::of).toList());
    }

    /**
     * The command that gives it, with Kafka's own tool.
     *
     * @param bootstrapServers of the cluster
     */
    public String command(String bootstrapServers) {
        StringBuilder command = new StringBuilder("kafka-acls.sh --bootstrap-server ")
                .append(bootstrapServers)
                .append(" --command-config admin.properties --add --allow-principal ")
                .append(part.principal());
        operations.forEach(each -> command.append(" --operation ").append(word(each)));
        if (pattern == PatternType.PREFIXED) {
            command.append(" --resource-pattern-type prefixed");
        }
        String option =
                switch (type) {
                    case TOPIC -> " --topic ";
                    case GROUP -> " --group ";
                    case TRANSACTIONAL_ID -> " --transactional-id ";
                    case UNKNOWN, ANY, CLUSTER, DELEGATION_TOKEN, USER -> throw new IllegalStateException("" + type);
                };
        names.forEach(name -> command.append(option).append(name));
        return command.toString();
    }

    /** An operation as Kafka's tool writes it: {@code DescribeConfigs}. */
    public static String word(AclOperation operation) {
        return Arrays.stream(operation.name().split("_"))
                .map(part -> part.charAt(0) + part.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }
}
