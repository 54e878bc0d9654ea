package io.goroscope.streams.topology;

import static io.goroscope.streams.topology.BrokerWatch.get;

import io.goroscope.schemas.Topics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends transactions of the job that nobody else will end.
 *
 * <p>A coordinator that aborts a transaction while a partition of it has no leader takes that partition for deleted and leaves
 * out its marker: "Couldn't find leader endpoint for partitions" in {@code TransactionMarkerChannelManager} of Kafka 4.3.1. It
 * happens when the only broker of a cluster is killed and comes back. For the coordinator the transaction is over then; on the
 * partition it stays open, and nobody who reads what is committed gets past it: neither an instance that restores its state
 * nor a sink. KIP-664 has the calls to find such transactions and to end them, which are for a person to make, and are made here.
 *
 * <p>A transaction is taken for hanging if its partition has it open, then its coordinator says that it is not, and then the
 * partition has it open still, since the same offset. The coordinator learns of a partition before anything is written to it,
 * and says that a transaction is over only after it has written the markers, so no living one looks so.
 */
final class HangingTransactions implements BrokerWatch.Look {

    private static final Logger LOG = LoggerFactory.getLogger(HangingTransactions.class);
    private static final String GROUP_OFFSETS = "__consumer_offsets";

    private final Admin admin;
    private final String applicationId;
    private final Set<String> topics = new HashSet<>();
    private final Set<Open> told = new HashSet<>();

    /** A transaction that a partition has open. */
    private record Open(TopicPartition partition, long producerId, short epoch, long startOffset) {}

    HangingTransactions(Admin admin, StreamsJobConfig config) {
        this.admin = admin;
        applicationId = config.applicationId();
        for (Topics.Kind kind : LaneTopology.OUTPUTS) {
            topics.add(config.topics().of(kind));
        }
        topics.add(applicationId + "-" + LaneProcessor.NAME + "-changelog");
        topics.add(GROUP_OFFSETS);
    }

    @Override
    public void look() throws ExecutionException, InterruptedException, TimeoutException {
        Map<Open, ProducerState> open = open(partitions());
        if (open.isEmpty()) {
            return;
        }
        Set<Open> orphans = orphans(open.keySet());
        if (orphans.isEmpty()) {
            return;
        }
        Map<Open, ProducerState> still =
                open(orphans.stream().map(Open::partition).toList());
        for (Open each : orphans) {
            ProducerState state = still.get(each);
            if (state != null) {
                end(each, state);
            }
        }
    }

    private List<TopicPartition> partitions() throws InterruptedException, ExecutionException, TimeoutException {
        List<TopicPartition> all = new ArrayList<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> each :
                admin.describeTopics(topics).topicNameValues().entrySet()) {
            int count;
            try {
                count = get(each.getValue()).partitions().size();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof UnknownTopicOrPartitionException
                        || e.getCause() instanceof AuthorizationException) {
                    continue;
                }
                throw e;
            }
            if (each.getKey().equals(GROUP_OFFSETS)) {
                // Where a group's offsets are: GroupCoordinatorService.partitionFor.
                all.add(new TopicPartition(GROUP_OFFSETS, (applicationId.hashCode() & Integer.MAX_VALUE) % count));
                continue;
            }
            for (int partition = 0; partition < count; partition++) {
                all.add(new TopicPartition(each.getKey(), partition));
            }
        }
        return all;
    }

    private Map<Open, ProducerState> open(Collection<TopicPartition> partitions)
            throws InterruptedException, TimeoutException, ExecutionException {
        Map<Open, ProducerState> all = new HashMap<>();
        var described = admin.describeProducers(partitions);
        for (TopicPartition partition : partitions) {
            try {
                for (ProducerState state :
                        get(described.partitionResult(partition)).activeProducers()) {
                    OptionalLong start = state.currentTransactionStartOffset();
                    if (start.isPresent()) {
                        short epoch = (short) state.producerEpoch();
                        all.put(new Open(partition, state.producerId(), epoch, start.getAsLong()), state);
                    }
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof AuthorizationException)) {
                    throw e;
                }
            }
        }
        return all;
    }

    /** Those of this job that their coordinator does not have open. What the coordinator does not tell us is left alone. */
    private Set<Open> orphans(Set<Open> open) throws ExecutionException, InterruptedException, TimeoutException {
        List<Long> producers = open.stream().map(Open::producerId).distinct().toList();
        List<String> ours =
                get(admin.listTransactions(new ListTransactionsOptions().filterProducerIds(producers))
                                .all())
                        .stream()
                        .map(TransactionListing::transactionalId)
                        .filter(id -> id.startsWith(applicationId + "-"))
                        .toList();
        Set<Open> orphans = new HashSet<>();
        for (TransactionDescription each :
                get(admin.describeTransactions(ours).all()).values()) {
            for (Open one : open) {
                if (one.producerId() == each.producerId()
                        && !each.topicPartitions().contains(one.partition())) {
                    orphans.add(one);
                }
            }
        }
        return orphans;
    }

    private void end(Open hanging, ProducerState state) throws InterruptedException, TimeoutException {
        TopicPartition partition = hanging.partition();
        try {
            get(admin.abortTransaction(new AbortTransactionSpec(
                            partition,
                            hanging.producerId(),
                            hanging.epoch(),
                            state.coordinatorEpoch().orElse(0)))
                    .all());
            LOG.warn(
                    "ended a transaction that its coordinator had forgotten on {}: producer {}, from offset {}; a broker was killed?",
                    partition,
                    hanging.producerId(),
                    hanging.startOffset());
        } catch (ExecutionException e) {
            if (told.add(hanging)) {
                LOG.error(
                        "{} waits for a transaction that its coordinator has forgotten, and ending it failed ({}): run kafka-transactions.sh --bootstrap-server … abort --topic {} --partition {} --start-offset {}",
                        partition,
                        e.getCause().getMessage(),
                        partition.topic(),
                        partition.partition(),
                        hanging.startOffset());
            }
        }
    }
}
