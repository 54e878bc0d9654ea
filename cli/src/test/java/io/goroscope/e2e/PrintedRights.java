package io.goroscope.e2e;

import io.goroscope.cli.rights.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** What {@code goroscope topics --acls} prints, read as Kafka's own tool reads it. */
final class PrintedRights {

    private static final Map<String, ResourceType> RESOURCES = Map.of(
            "--topic", ResourceType.TOPIC,
            "--group", ResourceType.GROUP,
            "--transactional-id", ResourceType.TRANSACTIONAL_ID);

    private PrintedRights() {}

    /** The rights of all commands. */
    static List<AclBinding> parse(String commands) {
        return commands.lines().flatMap(line -> command(line).stream()).toList();
    }

    private static List<AclBinding> command(String line) {
        String[] words = line.split(" ");
        if (!words[0].equals("kafka-acls.sh")) {
            throw new IllegalArgumentException("not a command of kafka-acls.sh: " + line);
        }
        PatternType pattern = PatternType.LITERAL;
        String principal = "";
        List<AclOperation> operations = new ArrayList<>();
        List<Map.Entry<ResourceType, String>> resources = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            switch (words[i]) {
                case "--add" -> {}
                case "--bootstrap-server", "--command-config" -> i++;
                case "--allow-principal" -> principal = words[++i];
                case "--operation" ->
                    operations.add(AclOperation.fromString(
                            words[++i].replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT)));
                case "--resource-pattern-type" -> pattern = PatternType.fromString(words[++i].toUpperCase(Locale.ROOT));
                default -> {
                    ResourceType type = RESOURCES.get(words[i]);
                    if (type == null) {
                        throw new IllegalArgumentException("no option of kafka-acls.sh: " + words[i]);
                    }
                    resources.add(Map.entry(type, words[++i]));
                }
            }
        }
        List<AclBinding> all = new ArrayList<>();
        for (Map.Entry<ResourceType, String> resource : resources) {
            for (AclOperation operation : operations) {
                all.add(new AclBinding(
                        new ResourcePattern(resource.getKey(), resource.getValue(), pattern),
                        new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW)));
            }
        }
        return all;
    }

    /** Whose right it is. */
    static Part part(AclBinding right) {
        for (Part part : Part.values()) {
            if (part.principal().equals(right.entry().principal())) {
                return part;
            }
        }
        throw new IllegalArgumentException("nobody's right: " + right);
    }
}
