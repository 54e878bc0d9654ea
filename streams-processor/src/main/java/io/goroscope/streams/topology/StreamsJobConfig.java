package io.goroscope.streams.topology;

import io.goroscope.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;

/**
 * What a {@link StreamsJob} needs to know.
 *
 * @param client any Kafka and Kafka Streams properties: addresses, TLS, SASL, {@code group.protocol},
 *     {@code num.standby.replicas}; never printed or logged
 * @param topics names of the topics
 * @param applicationId instances with the same id share the work; names the consumer group and the changelog
 * @param stateDirectory where Kafka Streams keeps its locks; the state itself is in memory and in the changelog
 * @param threads stream threads of this instance
 * @param window size of the windows of {@code goroscope.latency}
 * @param sendEvery how often changes are sent and committed: what a dashboard lags behind by
 * @param retireAfter how long after its end a process's series stay
 * @param cacheBytes of the store's cache, for each thread. The journal lies in it until the next commit; what does not fit
 *     goes to the changelog early, which costs time but nothing else
 * @param journalBytes of a task's journal at which a snapshot is due
 * @param acceptLoss whether to go on where records are gone that were not read yet, deleted by retention; else the job stops
 */
public record StreamsJobConfig(
        Properties client,
        Topics topics,
        String applicationId,
        Path stateDirectory,
        int threads,
        Duration window,
        Duration sendEvery,
        Duration retireAfter,
        long cacheBytes,
        long journalBytes,
        boolean acceptLoss) {

    /** Size of windows where none is asked for. */
    public static final Duration DEFAULT_WINDOW = Duration.ofSeconds(10);

    public StreamsJobConfig {
        Objects.requireNonNull(client, "client");
        positive(threads, "threads");
        positive(window.toNanos(), "window");
        positive(sendEvery.toMillis(), "sendEvery");
        positive(journalBytes, "journalBytes");
        if (cacheBytes < 0) {
            throw new IllegalArgumentException("cacheBytes must not be negative, is " + cacheBytes);
        }
    }

    private static void positive(long value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, is " + value);
        }
    }

    /**
     * The defaults: one thread, windows of 10 s, changes sent every 500 ms, series of ended processes kept for 5 minutes.
     *
     * @param client see above; at least {@code bootstrap.servers}
     * @param stateDirectory see above
     */
    public static StreamsJobConfig of(Properties client, Path stateDirectory) {
        return new StreamsJobConfig(
                client,
                Topics.DEFAULT,
                "goroscope-streams",
                stateDirectory,
                1,
                DEFAULT_WINDOW,
                Duration.ofMillis(500),
                Duration.ofMinutes(5),
                64L << 20,
                8L << 20,
                false);
    }

    /** The same with other topics. */
    public StreamsJobConfig withTopics(Topics other) {
        return new StreamsJobConfig(
                client,
                other,
                applicationId,
                stateDirectory,
                threads,
                window,
                sendEvery,
                retireAfter,
                cacheBytes,
                journalBytes,
                acceptLoss);
    }

    /** The same under another application id. */
    public StreamsJobConfig withApplicationId(String other) {
        return new StreamsJobConfig(
                client,
                topics,
                other,
                stateDirectory,
                threads,
                window,
                sendEvery,
                retireAfter,
                cacheBytes,
                journalBytes,
                acceptLoss);
    }

    /** The same with another number of threads. */
    public StreamsJobConfig withThreads(int other) {
        return new StreamsJobConfig(
                client,
                topics,
                applicationId,
                stateDirectory,
                other,
                window,
                sendEvery,
                retireAfter,
                cacheBytes,
                journalBytes,
                acceptLoss);
    }

    /** The same with another size of windows. */
    public StreamsJobConfig withWindow(Duration other) {
        return new StreamsJobConfig(
                client,
                topics,
                applicationId,
                stateDirectory,
                threads,
                other,
                sendEvery,
                retireAfter,
                cacheBytes,
                journalBytes,
                acceptLoss);
    }

    /** The same with another pace of sending. */
    public StreamsJobConfig withSendEvery(Duration other) {
        return new StreamsJobConfig(
                client,
                topics,
                applicationId,
                stateDirectory,
                threads,
                window,
                other,
                retireAfter,
                cacheBytes,
                journalBytes,
                acceptLoss);
    }

    /** The same with another grace for processes that ended. */
    public StreamsJobConfig withRetireAfter(Duration other) {
        return new StreamsJobConfig(
                client,
                topics,
                applicationId,
                stateDirectory,
                threads,
                window,
                sendEvery,
                other,
                cacheBytes,
                journalBytes,
                acceptLoss);
    }

    /** The same with other sizes of cache and journal, bytes. */
    public StreamsJobConfig withBytes(long otherCacheBytes, long otherJournalBytes) {
        return new StreamsJobConfig(
                client,
                topics,
                applicationId,
                stateDirectory,
                threads,
                window,
                sendEvery,
                retireAfter,
                otherCacheBytes,
                otherJournalBytes,
                acceptLoss);
    }

    /** The same, but where unread records are gone it counts them and goes on, or stops. */
    public StreamsJobConfig withAcceptLoss(boolean other) {
        return new StreamsJobConfig(
                client,
                topics,
                applicationId,
                stateDirectory,
                threads,
                window,
                sendEvery,
                retireAfter,
                cacheBytes,
                journalBytes,
                other);
    }

    /** Names no property's value: it may be a secret. */
    @Override
    public String toString() {
        return "StreamsJobConfig[applicationId=" + applicationId + ", topics=" + topics.of(Topics.Kind.EVENTS)
                + " …, threads="
                + threads + ", window=" + window + ", sendEvery=" + sendEvery + ", retireAfter=" + retireAfter
                + ", cacheBytes=" + cacheBytes + ", journalBytes=" + journalBytes + "]";
    }
}
