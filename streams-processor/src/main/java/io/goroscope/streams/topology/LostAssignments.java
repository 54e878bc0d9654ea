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
 * as they are: a thread that has its assignment is done with it in seconds, or is not {@code RUNNING}.
 */
final class LostAssignments implements BrokerWatch.Look {

    private static final Logger LOG = LoggerFactory.getLogger(LostAssignments.class);
    private static final int LOOKS = 3;
    private static final Duration REMOVE_LIMIT = Duration.ofSeconds(30);
    private static final String RUNNING = "RUNNING";

    private final Admin admin;
    private final String group;
    private final KafkaStreams streams;
    /** Of each thread's last look, where its tasks were not what its coordinator says. */
    private Map<String, Sighting> sightings = Map.of();

    /** A member's tasks; those that others would take over are one kind, warm or standby. */
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

    /** What was seen, and in how many looks. */
    private record Sighting(Tasks given, Tasks had, int looks) {}

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
        Map<String, Sighting> now = new HashMap<>();
        for (ThreadMetadata thread : streams.metadataForLocalThreads()) {
            List<StreamsGroupMemberDescription> same = members.stream()
                    .filter(member -> member.clientId().equals(thread.consumerClientId()))
                    .toList();
            // A thread that took the name of one that is gone has two, until the session of that is over.
            if (!thread.threadState().equals(RUNNING) || same.size() != 1) {
                continue;
            }
            Tasks given = Tasks.of(same.get(0).assignment());
            Tasks had = Tasks.of(thread);
            if (!given.equals(had)) {
                Sighting before = sightings.get(thread.threadName());
                boolean again = before != null
                        && before.given().equals(given)
                        && before.had().equals(had);
                now.put(thread.threadName(), new Sighting(given, had, again ? before.looks() + 1 : 1));
            }
        }
        sightings = now;
        for (Map.Entry<String, Sighting> each : now.entrySet()) {
            if (each.getValue().looks() >= LOOKS) {
                LOG.warn(
                        "{} has {} and should have {}: its coordinator told it so once, and it did not hear it; it joins anew",
                        each.getKey(),
                        each.getValue().had(),
                        each.getValue().given());
                sightings = Map.of();
                replace(each.getKey());
                return;
            }
        }
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
