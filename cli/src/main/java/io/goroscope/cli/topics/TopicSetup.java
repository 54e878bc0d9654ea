package io.goroscope.cli.topics;

import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes the topics that are missing and refuses those that do not fit. Changes none that exists. */
public final class TopicSetup implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final Admin admin;
    private final String servers;

    private TopicSetup(Admin admin, String servers) {
        this.admin = admin;
        this.servers = servers;
    }

    /**
     * What was found.
     *
     * @param missing topics that are not there, by name
     * @param existing those that are, by name
     * @param problems one line for each thing that does not fit
     */
    record Report(List<String> missing, Map<String, TopicFit.Existing> existing, List<String> problems) {
        Report {
            missing = List.copyOf(missing);
            existing = Map.copyOf(existing);
            problems = List.copyOf(problems);
        }

        /** Partition counts of the topics that exist, by name. */
        Map<String, Integer> partitions() {
            Map<String, Integer> partitions = new HashMap<>();
            existing.forEach((name, topic) -> partitions.put(name, topic.partitions()));
            return partitions;
        }
    }

    /**
     * Makes a client; whether a broker answers shows at the first call.
     *
     * @param client properties of any Kafka client, with {@code bootstrap.servers}
     */
    public static TopicSetup connect(Properties client) {
        String servers = client.getProperty(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
        try {
            return new TopicSetup(Admin.create(client), servers);
        } catch (KafkaException e) {
            throw new UserException("cannot connect to Kafka at " + servers + ": " + rootMessage(e), e);
        }
    }

    /**
     * Looks at the topics.
     *
     * @param asked the partition count that must hold for existing topics, or 0 where any will do
     * @throws UserException if no broker answers
     */
    Report check(List<TopicSpec> wanted, int asked) {
        Map<String, TopicFit.Existing> found = find(wanted);
        List<String> missing = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (TopicSpec each : wanted) {
            TopicFit.Existing topic = found.get(each.name());
            if (topic == null) {
                missing.add(each.name());
            } else {
                problems.addAll(TopicFit.problems(each, topic));
            }
        }
        problems.addAll(TopicFit.partitionProblems(wanted, found, asked));
        return new Report(missing, found, problems);
    }

    /** What does not fit of the topics that exist, a line each; missing ones are no problem. */
    public List<String> problems(List<TopicSpec> wanted) {
        return check(wanted, 0).problems();
    }

    /**
     * Makes what is missing; returns the names of the topics that it made.
     *
     * @param replication replicas of each, or 0 for the brokers' default
     * @throws UserException if a topic that exists does not fit (nothing is made then), or the brokers refuse
     */
    public List<String> create(List<TopicSpec> wanted, int asked, int replication) {
        Report report = check(wanted, asked);
        if (!report.problems().isEmpty()) {
            throw new UserException(String.join("; ", report.problems()));
        }
        // A counts topic that is made beside an events topic that exists takes its partition count.
        Optional<Integer> events = wanted.stream()
                .filter(each -> each.kind() == Topics.Kind.EVENTS)
                .map(each -> report.existing().get(each.name()))
                .filter(each -> each != null)
                .map(TopicFit.Existing::partitions)
                .findFirst();
        List<NewTopic> topics = new ArrayList<>();
        for (TopicSpec each : wanted) {
            if (report.missing().contains(each.name())) {
                int partitions = each.partitions() == 1 ? 1 : events.orElse(each.partitions());
                topics.add(new NewTopic(
                                each.name(),
                                Optional.of(partitions),
                                replication == 0 ? Optional.empty() : Optional.of((short) replication))
                        .configs(each.settings()));
            }
        }
        Map<String, KafkaFuture<Void>> made = admin.createTopics(topics).values();
        made.forEach((name, future) -> {
            try {
                await(future, "create topic " + name);
            } catch (UserException e) {
                // Another instance that starts at the same time makes the same topics.
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        });
        awaitVisible(wanted);
        return report.missing();
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(2));
    }

    /** A topic is made by the controller and known to each broker a moment later. */
    private void awaitVisible(List<TopicSpec> wanted) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (find(wanted).size() < wanted.size()) {
            if (System.nanoTime() > end) {
                throw new UserException(
                        "topics were created on " + servers + " but are not visible after " + LIMIT.toSeconds() + " s");
            }
        }
    }

    private Map<String, TopicFit.Existing> find(List<TopicSpec> wanted) {
        Collection<String> all = await(admin.listTopics().names(), "list topics");
        List<String> names =
                wanted.stream().map(TopicSpec::name).filter(all::contains).toList();
        Map<String, TopicDescription> described =
                await(admin.describeTopics(names).allTopicNames(), "describe topics");
        Map<ConfigResource, Config> configs = await(
                admin.describeConfigs(names.stream()
                                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                                .toList())
                        .all(),
                "read topic settings");
        Map<String, TopicFit.Existing> found = new HashMap<>();
        configs.forEach((resource, config) -> {
            Map<String, String> settings = new HashMap<>();
            for (ConfigEntry entry : config.entries()) {
                if (entry.value() != null) {
                    settings.put(entry.name(), entry.value());
                }
            }
            int partitions = described.get(resource.name()).partitions().size();
            found.put(resource.name(), new TopicFit.Existing(partitions, settings));
        });
        return found;
    }

    private <T> T await(KafkaFuture<T> future, String what) {
        try {
            return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new UserException("no Kafka broker answers at " + servers + " within " + LIMIT.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new UserException(
                    "cannot " + what + " at " + servers + ": " + rootMessage(e.getCause()), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserException("interrupted while waiting to " + what + " at " + servers, e);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
