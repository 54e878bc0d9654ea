package io.goroscope.cli.demo;

import io.goroscope.cli.JobMetrics;
import io.goroscope.cli.broker.BrokerFailure;
import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.cli.page.LivePage;
import io.goroscope.cli.page.PageConfig;
import io.goroscope.cli.page.ProbeCost;
import io.goroscope.cli.topics.TopicSetup;
import io.goroscope.cli.topics.TopicSpec;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.sink.Sink;
import io.goroscope.sink.SinkConfig;
import io.goroscope.sink.table.FunctionSeries;
import io.goroscope.streams.topology.StreamsJob;
import io.goroscope.streams.topology.StreamsJobConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Everything behind the collector, in this JVM: broker, topics, Streams job, sink, page. */
final class Pipeline {

    /** Two, so that a hot process uses two tasks; a demo's machine has few processors. */
    private static final int PARTITIONS = 2;

    /** Of each partition: what a demo that runs for days keeps on disk. */
    private static final long RETENTION_BYTES = 128L << 20;

    private static final Duration WINDOW = Duration.ofSeconds(1);
    private static final long FULL_BYTES = 16L << 20;

    private final Path folder;
    private final EmbeddedBroker broker;
    private final StreamsJob job;
    private final Sink sink;
    private final LivePage page;
    private final AtomicReference<String> brokerFailure;

    private Pipeline(
            Path folder,
            EmbeddedBroker broker,
            StreamsJob job,
            Sink sink,
            LivePage page,
            AtomicReference<String> brokerFailure) {
        this.folder = folder;
        this.broker = broker;
        this.job = job;
        this.sink = sink;
        this.page = page;
        this.brokerFailure = brokerFailure;
    }

    /**
     * Starts all of it.
     *
     * @param closing gets each part as it starts
     * @param folder for the broker's logs and the job's locks
     * @param ports where its parts are to serve, on 127.0.0.1
     * @param cost what the probes cost, where known
     */
    static Pipeline start(
            Closing closing, DemoSteps steps, Path folder, DemoPorts ports, Supplier<Optional<ProbeCost>> cost) {
        AtomicReference<String> failure = new AtomicReference<>();
        Consumer<String> listener = reason -> failure.compareAndSet(null, reason);
        BrokerFailure.onFailure(listener);
        closing.add(() -> BrokerFailure.forget(listener));
        EmbeddedBroker broker = closing.add(EmbeddedBroker.create(
                folder.resolve("kafka"), Map.of("log.retention.bytes", String.valueOf(RETENTION_BYTES))));
        steps.done("kafka", "a broker of one node at " + broker.bootstrapServers());
        Properties client = new Properties();
        client.put("bootstrap.servers", broker.bootstrapServers());
        try (TopicSetup topics = TopicSetup.connect(client)) {
            // A replayed capture is as old as it is.
            List<String> made = topics.create(TopicSpec.all(Topics.DEFAULT, PARTITIONS, TopicSpec.FOREVER), 0, 1);
            steps.done("topics", made.size() + " created, " + PARTITIONS + " partitions for events");
        }
        StreamsJob job = closing.add(StreamsJob.start(
                StreamsJobConfig.of(client, folder.resolve("streams")).withWindow(WINDOW)));
        JobMetrics jobMetrics = closing.add(JobMetrics.serve(job, "127.0.0.1", ports.job()));
        steps.done(
                "streams",
                "the job pairs entries with returns, exactly once; http://127.0.0.1:" + jobMetrics.port() + "/metrics");
        Sink sink = closing.add(
                Sink.start(SinkConfig.of(broker.bootstrapServers()).withAddress("127.0.0.1", ports.sink())));
        steps.done("sink", "http://127.0.0.1:" + sink.port() + "/metrics");
        LivePage page = closing.add(LivePage.start(
                PageConfig.of(broker.bootstrapServers()).withPort(ports.page()).withProbeCost(cost)));
        steps.done("page", page.url());
        return new Pipeline(folder, broker, job, sink, page, failure);
    }

    /** Properties for another client of the broker. */
    Properties client() {
        Properties client = new Properties();
        client.put("bootstrap.servers", broker.bootstrapServers());
        return client;
    }

    String pageUrl() {
        return page.url();
    }

    String metricsUrl() {
        return "http://127.0.0.1:" + sink.port() + "/metrics";
    }

    boolean isFirstPairSeen() {
        return page.firstPairSeen().isDone();
    }

    /** What the output topics say now of the functions that live. */
    List<FunctionSeries> functions() {
        return sink.view().functions().named();
    }

    /** Calls that are paired, as the output topics say. */
    long pairs() {
        return functions().stream().mapToLong(each -> each.totals().paired()).sum();
    }

    /** Exact calls, as the output topics say. */
    long calls() {
        return functions().stream().mapToLong(each -> each.totals().calls()).sum();
    }

    /** Input records that the job has not yet read. */
    long lag() {
        return job.lag();
    }

    /**
     * Throws where a part has given up.
     *
     * @throws UserException with the reason
     */
    void checkAlive() {
        String broken = brokerFailure.get();
        if (broken != null) {
            throw new UserException("the Kafka broker gave up" + (broken.isEmpty() ? "" : ": " + broken) + diskState());
        }
        if (job.state() == StreamsJob.State.FAILED) {
            throw new UserException("the Streams job gave up: " + job.failure(), job.failure());
        }
    }

    private String diskState() {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            return free < FULL_BYTES
                    ? ": the disk under " + folder + " is full; free some, or point TMPDIR at another one"
                    : "; run with GOROSCOPE_LOG=WARN to see why";
        } catch (IOException e) {
            return ": " + folder + " cannot be read: " + e.getMessage();
        }
    }
}
