package io.goroscope.benchmarks.streams;

import io.goroscope.schemas.Topics;
import io.goroscope.streams.topology.StreamsJob;
import io.goroscope.streams.topology.StreamsJobConfig;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;

/** Runs the real job as it is shipped: its defaults, windows, edges, checks and all. */
final class OurJob {

    /**
     * How fast it was.
     *
     * @param recordsPerS batches a second
     * @param cpuNsPerRecord what its stream threads used for one, starting included
     */
    record Result(double recordsPerS, double cpuNsPerRecord) {}

    private OurJob() {}

    static Result run(BenchCluster cluster, String group, Topics topics, Path state, int threads, long records)
            throws InterruptedException, ExecutionException {
        StreamsJobConfig config = StreamsJobConfig.of(cluster.client(), state)
                .withTopics(topics)
                .withApplicationId(group)
                .withThreads(threads);
        try (StreamsJob job = StreamsJob.start(config)) {
            double rate = CommittedRate.of(cluster, group, topics.of(Topics.Kind.EVENTS), records / 4, records);
            if (job.counters().records() != records || job.counters().refused() != 0) {
                throw new IllegalStateException(
                        "the job applied " + job.counters().records() + " and refused "
                                + job.counters().refused() + " of " + records);
            }
            return new Result(rate, (double) streamThreadsCpuNs(group) / records);
        }
    }

    private static long streamThreadsCpuNs(String group) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long cpuNs = 0;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().matches(group + "-.*-StreamThread-\\d+")) {
                cpuNs += threads.getThreadCpuTime(thread.getThreadId());
            }
        }
        return cpuNs;
    }
}
