package io.goroscope.benchmarks.streams;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast a group goes on, by what it has committed: the slope between the first commit after the warm-up and the last
 * one. So it leaves out starting and stopping, and counts nothing that a crash would undo.
 */
final class CommittedRate {

    private static final long POLL_NS = Duration.ofMillis(20).toNanos();
    private static final long LIMIT_NS = Duration.ofMinutes(3).toNanos();

    private CommittedRate() {}

    /**
     * Watches until all is committed.
     *
     * @param group whose commits
     * @param topic of which topic
     * @param warm records before which nothing counts
     * @param all records there are
     * @return records a second
     */
    static double of(BenchCluster cluster, String group, String topic, long warm, long all)
            throws InterruptedException, ExecutionException {
        long startedNs = System.nanoTime();
        long first = -1;
        long firstNs = 0;
        long last = -1;
        long lastNs = 0;
        while (last < all) {
            long now = cluster.committed(group, topic);
            long nowNs = System.nanoTime();
            if (now >= warm && first < 0) {
                first = now;
                firstNs = nowNs;
            }
            // The very last commit waits for its time although nothing is left to do: the one before it counts.
            if (first >= 0 && now > first && now > last && (now < all || last < 0)) {
                last = now;
                lastNs = nowNs;
            }
            if (now >= all) {
                break;
            }
            if (nowNs - startedNs > LIMIT_NS) {
                throw new IllegalStateException("group " + group + " has committed " + now + " of " + all);
            }
            LockSupport.parkNanos(POLL_NS);
        }
        if (last < 0) {
            throw new IllegalStateException("group " + group + " committed too seldom: more records are needed");
        }
        return (last - first) * 1e9 / (lastNs - firstNs);
    }
}
