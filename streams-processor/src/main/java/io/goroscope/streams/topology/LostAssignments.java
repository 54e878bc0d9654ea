package io.goroscope.streams.topology;

import static io.goroscope.streams.topology.BrokerWatch.get;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.StreamsGroupMemberAssignment;
import org.apache.kafka.clients.admin.StreamsGroupMemberAssignment.TaskIds;
import org.apache.kafka.clients.admin.StreamsGroupMemberDescription;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.TaskMetadata;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.processor.TaskId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a thread join its group anew when it never learned what the group's coordinator gave it or wants back.
 *
 * <p>With {@code group.protocol=streams} the coordinator tells a member its tasks in the answer to a heartbeat, once: when they
 * have changed, and when it joins ({@code GroupMetadataManager.streamsGroupHeartbeat} of Kafka 4.3.1 and 4.4.0; consumer groups
 * repeat it to a member that has lost track, KAFKA-16367). If that answer is lost, as happens when a broker is killed, the
 * member keeps tasks that others wait for, until its {@code max.poll.interval.ms} is over, or does not begin with tasks that
 * nobody else has, until the group changes.
 *
 * <p>An assignment is taken for lost if the coordinator's differs from that of a running thread in three looks, and both stay
 * as they are: a thread that has its assignment is done with it in seconds, or is not {@code RUNNING}. Where that did not
 * help, it takes twice as many looks before the next one.
 */
final class LostAssignments implements BrokerWatch.Look {

    private static final Logger LOG = LoggerFactory.getLogger(LostAssignments.class);
    private static final int LOOKS = 3;
    private static final Duration REMOVE_LIMIT = Duration.ofSeconds(30);
    private static final String RUNNING = "RUNNING";

    private final Admin admin;
    private final String group;
    private final KafkaStreams streams;
    /** The last look's, by thread. */
    private Map<String, Sighting> sightings = Map.of();

    private int patience = LOOKS;

    /** A member's tasks; Kafka Streams keeps standby and warm-up tasks as one kind. */
    private record Tasks(Set<TaskId> active, Set<TaskId> standby) {

        static Tasks of(StreamsGroupMemberAssignment assignment) {
            return new Tasks(
                    ids(assignment.activeTasks()),
                    Stream.of(assignment.standbyTasks(), assignment.warmupTasks())
                            .flatMap(each -> ids(each).stream())
                            .collect(Collectors.toSet()));
        }

        static Tasks of(ThreadMetadata thread) {
            return new Tasks(ids(thread.activeTasks()), ids(thread.standbyTasks()));
        }

        private static Set<TaskId> ids(List<TaskIds> tasks) {
            return tasks.stream()
                    .flatMap(each -> each.partitions().stream()
                            .map(partition -> new TaskId(Integer.parseInt(each.subtopologyId()), partition)))
                    .collect(Collectors.toSet());
        }

        private static Set<TaskId> ids(Set<TaskMetadata> tasks) {
            return tasks.stream().map(TaskMetadata::taskId).collect(Collectors.toSet());
        }
    }

    /** What a thread was given and what it had, and in how many looks in a row it was this and not the same; 0 if it is. */
    private record Sighting(Tasks given, Tasks had, int looks) {

        static Sighting of(Tasks given, Tasks had, Sighting before) {
            if (given.equals(had)) {
                return new Sighting(given, had, 0);
            }
            boolean again = before != null && before.given.equals(given) && before.had.equals(had);
            return new Sighting(given, had, again ? before.looks + 1 : 1);
        }
    }

    LostAssignments(Admin admin, String group, KafkaStreams streams) {
        this.admin = admin;
        this.group = group;
        this.streams = streams;
    }

    @Override
    public void look() throws ExecutionException, InterruptedException, TimeoutException {
        Collection<StreamsGroupMemberDescription> members = get(admin.describeStreamsGroups(List.of(group))
                        .all())
                .get(group)
                .members();
        sightings = sightings(members);
        if (!sightings.isEmpty() && sightings.values().stream().allMatch(each -> each.looks() == 0)) {
            patience = LOOKS;
        }
        sightings.entrySet().stream()
                .filter(each -> each.getValue().looks() >= patience)
                .findFirst()
                .ifPresent(each -> joinAnew(each.getKey(), each.getValue()));
    }

    private Map<String, Sighting> sightings(Collection<StreamsGroupMemberDescription> members) {
        Map<String, Sighting> now = new HashMap<>();
        for (ThreadMetadata thread : streams.metadataForLocalThreads()) {
            List<StreamsGroupMemberDescription> same = members.stream()
                    .filter(member -> member.clientId().equals(thread.consumerClientId()))
                    .toList();
            // A thread that took the name of one that is gone has two, until the session of that is over.
            if (thread.threadState().equals(RUNNING) && same.size() == 1) {
                String name = thread.threadName();
                Tasks given = Tasks.of(same.get(0).assignment());
                now.put(name, Sighting.of(given, Tasks.of(thread), sightings.get(name)));
            }
        }
        return now;
    }

    private void joinAnew(String thread, Sighting seen) {
        LOG.warn(
                "{} has {} and should have {}: its coordinator told it so once, and it did not hear it; it joins anew",
                thread,
                seen.had(),
                seen.given());
        sightings = Map.of();
        patience *= 2;
        replace(thread);
    }

    /** Kafka Streams takes away the first of its threads, and adds one at the end. */
    private void replace(String thread) {
        for (int left = streams.metadataForLocalThreads().size(); left > 0; left--) {
            Optional<String> removed;
            try {
                removed = streams.removeStreamThread(REMOVE_LIMIT);
            } catch (org.apache.kafka.common.errors.TimeoutException e) {
                // It ends when it can; which one it is does not matter to one that comes beside it.
                LOG.warn(e.getMessage());
                removed = Optional.of(thread);
            }
            if (removed.isPresent()) {
                streams.addStreamThread();
            }
            if (removed.isEmpty() || removed.get().equals(thread)) {
                return;
            }
        }
    }
}
