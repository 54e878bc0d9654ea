package io.goroscope.benchmarks.streams;

import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;

/** Runs {@link NaiveTopology} on one thread, exactly once, committing as often as ours. */
final class NaiveJob {

    private static final int COMMIT_MS = 1000;

    private NaiveJob() {}

    /** Records a second, which here are events. */
    static double rate(
            BenchCluster cluster, String group, String input, String output, boolean rocksDb, Path state, long records)
            throws InterruptedException, ExecutionException {
        Properties properties = cluster.client();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_MS);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        try (KafkaStreams streams = new KafkaStreams(NaiveTopology.build(input, output, rocksDb), properties)) {
            streams.start();
            return CommittedRate.of(cluster, group, input, records / 4, records);
        }
    }
}
