package io.goroscope.cli.rights;

import io.goroscope.schemas.UserException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.resource.PatternType;

/**
 * Asks the cluster, before a part starts, whether it may do what it is about to do.
 *
 * <p>Whatever is wrong but a missing right is left to the part itself, which says it better: no broker, no topic.
 */
public final class RightsCheck {

    private static final long LIMIT_S = 15;

    private final Admin admin;
    private final String servers;

    private RightsCheck(Admin admin, String servers) {
        this.admin = admin;
        this.servers = servers;
    }

    /**
     * Looks at all rights of one part.
     *
     * @param client properties of any Kafka client, with {@code bootstrap.servers}
     * @param grants those of the pipeline; the other parts' are passed over
     * @throws UserException if one is missing: what, on what, and how to give it
     */
    public static void require(Properties client, Part part, List<Grant> grants) {
        String servers = client.getProperty(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
        try (Admin admin = Admin.create(client)) {
            RightsCheck check = new RightsCheck(admin, servers);
            for (Grant each : grants) {
                if (each.part() == part) {
                    check.require(each);
                }
            }
        } catch (KafkaException e) {
            throw new UserException("cannot connect to Kafka at " + servers + ": " + rootMessage(e), e);
        }
    }

    /**
     * The line for a right that a part found missing while it ran, or empty where that is not the reason.
     *
     * @param failure whatever ended the part
     */
    public static Optional<String> explain(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof AuthorizationException) {
                return Optional.of("a right is missing: " + each.getMessage() + hint());
            }
        }
        return Optional.empty();
    }

    private void require(Grant grant) {
        for (String name : grant.names()) {
            switch (grant.type()) {
                case TOPIC -> {
                    if (grant.pattern() == PatternType.LITERAL) {
                        topic(grant, name);
                    } else {
                        internalTopics(grant, name);
                    }
                }
                case GROUP -> group(grant, name);
                case TRANSACTIONAL_ID -> transactionalId(name);
                case UNKNOWN, ANY, CLUSTER, DELEGATION_TOKEN, USER ->
                    throw new IllegalStateException("no right on " + grant.type() + " is ever needed");
            }
        }
    }

    private void topic(Grant grant, String name) {
        // Reading and writing bring describing with them, so that these are what is missing where it is refused.
        AclOperation first = grant.operations().stream()
                .filter(each -> each == AclOperation.READ || each == AclOperation.WRITE)
                .findFirst()
                .orElse(AclOperation.DESCRIBE);
        Set<AclOperation> allowed = ask(
                Grant.word(first),
                "topic " + name,
                admin.describeTopics(List.of(name), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                        .topicNameValues()
                        .get(name)
                        .thenApply(description -> description.authorizedOperations()));
        missing(grant, "topic " + name, allowed);
    }

    private void group(Grant grant, String name) {
        Set<AclOperation> allowed = ask(
                "Read",
                "group " + name,
                admin.describeConsumerGroups(
                                List.of(name), new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                        .describedGroups()
                        .get(name)
                        .thenApply(description -> description.authorizedOperations()));
        missing(grant, "group " + name, allowed);
    }

    /** Nothing tells what is allowed on a beginning of names, so a name that begins so is asked for. */
    private void internalTopics(Grant grant, String prefix) {
        Collection<String> all =
                ask("Describe", "the cluster", admin.listTopics().names());
        if (all != null) {
            all.stream().filter(name -> name.startsWith(prefix)).forEach(name -> topic(grant, name));
        }
        ask(
                "Create",
                "topics that begin with " + prefix,
                admin.createTopics(
                                List.of(new NewTopic(prefix + "rights-check", Optional.of(1), Optional.empty())),
                                new CreateTopicsOptions().validateOnly(true))
                        .all());
    }

    private void transactionalId(String prefix) {
        String id = prefix + "rights-check";
        ask(
                "Write",
                "transactional ids that begin with " + prefix,
                admin.describeTransactions(List.of(id)).description(id));
    }

    private void missing(Grant grant, String resource, Set<AclOperation> allowed) {
        if (allowed == null) {
            return;
        }
        Set<AclOperation> missing = new HashSet<>(grant.operations());
        missing.removeAll(allowed);
        // Creating is not among what a topic that is there is asked about.
        missing.remove(AclOperation.CREATE);
        missing.stream().sorted().findFirst().ifPresent(first -> {
            throw denied(Grant.word(first), resource, null);
        });
    }

    /** The answer; null where there is none for another reason than a missing right. */
    private <T> T ask(String operation, String resource, KafkaFuture<T> answer) {
        try {
            return answer.get(LIMIT_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                throw denied(operation, resource, e);
            }
            return null;
        } catch (TimeoutException e) {
            throw new UserException("no Kafka broker answers at " + servers + " within " + LIMIT_S + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserException("interrupted while asking " + servers + " for rights", e);
        }
    }

    private UserException denied(String operation, String resource, Throwable cause) {
        return new UserException("not allowed at " + servers + ": " + operation + " on " + resource + hint(), cause);
    }

    private static String hint() {
        return "; `goroscope topics --acls` prints what each part needs";
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
