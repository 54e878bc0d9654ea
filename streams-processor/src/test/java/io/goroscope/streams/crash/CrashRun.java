package io.goroscope.streams.crash;

import io.goroscope.schemas.Topics;
import io.goroscope.streams.crash.CrashStream.Shape;
import io.goroscope.streams.testing.CommittedInput;
import io.goroscope.streams.testing.Publisher;
import io.goroscope.streams.testing.ReadTotals;
import io.goroscope.streams.testing.ReadTotals.Part;
import io.goroscope.streams.testing.TestCluster;
import io.goroscope.streams.testing.Waiting;
import io.goroscope.testbed.kafka.TopicReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * Two instances of the job work on a {@link CrashStream} while they are ended at random moments and started again, and a
 * broker fails once; at the end the topics are compared with what is known.
 */
final class CrashRun {

    /**
     * What happens.
     *
     * @param name of the folder for logs, below target/crash
     * @param seed decides all that is random, but no timing
     * @param ends how often an instance is ended, every other time by SIGKILL, else by SIGTERM
     * @param brokerFails whether a broker is killed once and stays away for longer than the transaction timeout
     * @param protocol group.protocol
     * @param standbys num.standby.replicas
     * @param punctuator whether the wrong scheme runs in place of the job
     * @param shape of the stream
     */
    record Plan(
            String name,
            long seed,
            int ends,
            int brokers,
            boolean brokerFails,
            String protocol,
            int standbys,
            boolean punctuator,
            Shape shape) {}

    /**
     * What came of it.
     *
     * @param differences between the topics and what is known; empty where there are none
     * @param events applied by the job
     * @param recoveriesMs after a SIGKILL, how long until output of all tasks went on
     * @param restarts how often an instance began again from what was committed, because the broker was away
     */
    record Outcome(List<String> differences, long events, List<Long> recoveriesMs, long restarts) {}

    private static final int PARTITIONS = 4;
    private static final int WINDOW_MS = 20;
    /** 20 batches: a cache that evicts all the time. */
    private static final int CACHE_BYTES = 100_000;
    /** Longer than the job's transaction timeout, which is 8 s. */
    private static final Duration OUTAGE = Duration.ofSeconds(11);
    /** What a killed instance had handed to the broker for good is visible to a reader after this, at the latest. */
    private static final Duration LAST_BREATH = Duration.ofSeconds(1);

    private static final int MAX_OUTAGES = 3;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final List<Topics.Kind> OUTPUTS =
            List.of(Topics.Kind.TOTALS, Topics.Kind.LATENCY, Topics.Kind.HEALTH);

    private final Plan plan;
    private final Random random;
    private final Topics topics = new Topics("crash.");
    private final Path folder;
    private final TestCluster cluster;
    private final CrashStream stream;
    private final List<JobProcess> all = new ArrayList<>();
    private final List<JobProcess> alive = new ArrayList<>();
    private final List<Long> recoveriesMs = new ArrayList<>();

    private CrashRun(Plan plan, TestCluster cluster) {
        this.plan = plan;
        this.cluster = cluster;
        random = new Random(plan.seed());
        folder = Path.of("target", "crash", plan.name() + "-" + plan.seed()).toAbsolutePath();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        stream = new CrashStream(plan.seed(), plan.shape());
    }

    static Outcome of(Plan plan) {
        say(
                "%s: seed %d, %d ends, %d broker(s), %s protocol, logs in target/crash",
                plan.name(), plan.seed(), plan.ends(), plan.brokers(), plan.protocol());
        try (TestCluster cluster = TestCluster.ofProcesses(plan.brokers(), logs(plan))) {
            return new CrashRun(plan, cluster).run();
        }
    }

    private static Path logs(Plan plan) {
        return Path.of("target", "crash", plan.name() + "-" + plan.seed() + "-brokers")
                .toAbsolutePath();
    }

    private Outcome run() {
        cluster.createTopics(topics, PARTITIONS);
        try {
            startInstance();
            startInstance();
            CompletableFuture<Map<String, Long>> totals = CompletableFuture.supplyAsync(stream::totals);
            Pace pace =
                    new Pace(stream.records(), Duration.ofSeconds(12L * plan.ends() + (plan.brokerFails() ? 40 : 5)));
            CompletableFuture<Void> published = CompletableFuture.runAsync(() -> publish(pace));
            try (OutputWatch watch = new OutputWatch(cluster.client(), topics.of(Topics.Kind.HEALTH), PARTITIONS)) {
                watch.from(System.nanoTime());
                await("output of all tasks", watch::heardOfAll);
                endInstances(watch);
            }
            pace.finish();
            await("all records published", published::isDone);
            published.join();
            CommittedInput input = new CommittedInput(cluster.client(), topics, jobId());
            try (input) {
                await("all input processed", input::isProcessed);
                await("outputs at rest", new AtRest(() -> input.ends(OUTPUTS))::isAtRest);
            }
            alive.forEach(JobProcess::terminate);
            alive.forEach(JobProcess::awaitEnd);
            return compare(totals.join());
        } finally {
            all.forEach(JobProcess::kill);
        }
    }

    private String jobId() {
        return topics.prefix() + "job";
    }

    private void await(String what, BooleanSupplier condition) {
        Waiting.until(what, LIMIT, () -> {
            all.forEach(JobProcess::failIfGone);
            return condition.getAsBoolean();
        });
    }

    private void publish(Pace pace) {
        try (Publisher publisher = new Publisher(cluster.client(), topics, PARTITIONS)) {
            stream.play(record -> {
                pace.await();
                publisher.publish(record);
            });
        }
    }

    private void startInstance() {
        Properties settings = cluster.client();
        settings.put("group.protocol", plan.protocol());
        if (plan.standbys() > 0) {
            settings.put("num.standby.replicas", String.valueOf(plan.standbys()));
        }
        // Shorter than the outage, so that a commit fails and tasks are revived: Kafka's default is a minute.
        settings.put("producer.max.block.ms", "6000");
        settings.put(JobMain.PREFIX, topics.prefix());
        settings.put(JobMain.CACHE_BYTES, String.valueOf(CACHE_BYTES));
        settings.put(JobMain.WINDOW_MS, String.valueOf(WINDOW_MS));
        settings.put(JobMain.RETIRE_MS, String.valueOf(Duration.ofHours(1).toMillis()));
        settings.put(JobMain.PUNCTUATOR, String.valueOf(plan.punctuator()));
        JobProcess instance = new JobProcess("instance-" + all.size(), folder, settings);
        all.add(instance);
        alive.add(instance);
    }

    private void endInstances(OutputWatch watch) {
        List<Boolean> kills = new ArrayList<>();
        for (int i = 0; i < plan.ends(); i++) {
            kills.add(i % 2 == 0);
        }
        Collections.shuffle(kills, random);
        boolean measured = false;
        for (int i = 0; i < plan.ends(); i++) {
            if (plan.brokerFails() && i == plan.ends() / 2) {
                failBroker(watch);
            }
            pause(500 + random.nextInt(4000));
            // Until one was measured all are; then some of them, so that others fall into a recovery.
            boolean measure = kills.get(i) && (!measured || random.nextBoolean());
            if (measure) {
                watch.from(System.nanoTime());
                await("output of all tasks before the kill", watch::heardOfAll);
            }
            JobProcess victim = alive.remove(random.nextInt(alive.size()));
            await("work for " + victim, victim::hasWorked);
            long killedNs = System.nanoTime();
            if (kills.get(i)) {
                victim.kill();
            } else {
                victim.terminate();
            }
            say("  %s %s", kills.get(i) ? "SIGKILL" : "SIGTERM", victim);
            startInstance();
            if (measure) {
                watch.from(killedNs + LAST_BREATH.toNanos());
                await("output of all tasks after the kill", watch::heardOfAll);
                recoveriesMs.add((watch.lastFirstNs() - killedNs) / 1_000_000);
                say("  output goes on after %d ms", recoveriesMs.get(recoveriesMs.size() - 1));
                measured = true;
            }
        }
    }

    /** Until it was too long for a task, but not for ever: a broker may be hit just when no transaction was open. */
    private void failBroker(OutputWatch watch) {
        for (int time = 0; time < MAX_OUTAGES && (time == 0 || (plan.brokers() == 1 && restarts() == 0)); time++) {
            watch.from(System.nanoTime());
            await("output of all tasks before the broker's failure", watch::heardOfAll);
            int node = random.nextInt(plan.brokers());
            say("  SIGKILL broker %d for %s", node, OUTAGE);
            cluster.kill(node);
            pause(OUTAGE.toMillis());
            cluster.start(node);
            watch.from(System.nanoTime());
            await("output of all tasks after the broker's failure", watch::heardOfAll);
            say("  output goes on");
        }
    }

    private long restarts() {
        return all.stream().mapToLong(JobProcess::restarts).sum();
    }

    /** Lets time pass: what is tested is what happens at that moment. */
    private void pause(long ms) {
        long endNs = System.nanoTime() + ms * 1_000_000;
        Waiting.until("time has passed", Duration.ofMillis(10 * ms + 1000), () -> System.nanoTime() > endNs);
    }

    private Outcome compare(Map<String, Long> expected) {
        Inputs inputs = Inputs.of(cluster.client(), topics, Duration.ofMillis(WINDOW_MS));
        List<String> differences = new ArrayList<>();
        long repeated = inputs.records() - stream.records();
        if (repeated < 0) {
            differences.add("the inputs have " + inputs.records() + " records, should be " + stream.records());
        }
        // What a producer sends again after a broker was killed may be there twice; the job has to see that.
        expected.merge("lane/duplicates", inputs.batches() - stream.batches(), Long::sum);
        Map<Topics.Kind, NavigableMap<byte[], byte[]>> found = new EnumMap<>(Topics.Kind.class);
        for (Topics.Kind kind : OUTPUTS) {
            found.put(kind, TopicReader.lastValues(cluster.client(), topics.of(kind)));
        }
        Map<String, Long> health = ReadTotals.ofHealth(found.get(Topics.Kind.HEALTH));
        differ(differences, "totals", ReadTotals.ofTotals(found.get(Topics.Kind.TOTALS)), expected, Part.TOTALS);
        differ(differences, "windows", ReadTotals.ofWindows(found.get(Topics.Kind.LATENCY)), expected, Part.LATENCY);
        differ(differences, "health", health, expected, Part.HEALTH);
        found.forEach((kind, records) -> {
            if (!same(records, inputs.offline().results(kind))) {
                differences.add(topics.of(kind) + " is not what offline replay gives");
            }
        });
        int bad = TopicReader.all(cluster.client(), topics.of(Topics.Kind.DEAD_LETTER))
                .size();
        if (bad != inputs.bad()) {
            differences.add(bad + " dead letters, should be " + inputs.bad());
        }
        long events = health.getOrDefault("lane/events", 0L);
        say(
                "  %d events in %d records (%d more than published), %d dead letters; %s",
                events,
                inputs.records(),
                repeated,
                bad,
                differences.isEmpty() ? "all as known" : "first difference: " + differences.get(0));
        return new Outcome(differences, events, recoveriesMs, restarts());
    }

    private static void differ(
            List<String> into, String where, Map<String, Long> found, Map<String, Long> expected, Part part) {
        ReadTotals.differences(found, ReadTotals.select(expected, part))
                .forEach(difference -> into.add(where + ": " + difference));
    }

    private static boolean same(NavigableMap<byte[], byte[]> found, NavigableMap<byte[], byte[]> expected) {
        if (found.size() != expected.size()) {
            return false;
        }
        for (Map.Entry<byte[], byte[]> each : expected.entrySet()) {
            if (!Arrays.equals(found.get(each.getKey()), each.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
