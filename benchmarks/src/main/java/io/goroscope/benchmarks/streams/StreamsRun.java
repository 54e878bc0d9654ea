package io.goroscope.benchmarks.streams;

import io.goroscope.benchmarks.BenchContext;
import io.goroscope.benchmarks.Median;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.DecodedBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** Loads topics, and lets everybody take a turn on them. */
final class StreamsRun {

    /** Events in a topic; less for quick looks. */
    private static final long EVENTS = Long.getLong("goroscope.bench.events", 16_000_000);
    /** Turns of ours in a round, each between two of raw consuming. */
    private static final int PAIRS = 3;
    /** Events for the naive way, which takes as long for these. */
    private static final long NAIVE_EVENTS = EVENTS / 16;

    /**
     * The same events in batches of one size.
     *
     * @param topics where they are, in partition 0
     * @param naiveTopic where the first of them are one by one, or null
     * @param batches the batches, for offline replay
     * @param ratios what its rounds gave
     */
    record Load(
            int goroutines, int eventsPerBatch, Topics topics, String naiveTopic, List<byte[]> batches, Ratios ratios) {
        long records() {
            return batches.size();
        }

        @Override
        public String toString() {
            return goroutines + " goroutines, " + eventsPerBatch + " a batch";
        }
    }

    /** What the rounds of one load gave. */
    static final class Ratios {
        final Median ours = new Median();
        final Median raw = new Median();
        final Median rocksDb = new Median();
        final Median memory = new Median();
        final Median overRaw = new Median();
        final Median overRocksDb = new Median();
        final Median overMemory = new Median();
        final Median offlineOver = new Median();
        final Median cpuNs = new Median();
        private double lastOurs;

        /** A turn of ours; {@code rawRate} is from before and after it, since half a minute here may be twice as fast as the next. */
        void add(OurJob.Result result, int eventsPerBatch, double rawRate) {
            lastOurs = result.recordsPerS() * eventsPerBatch;
            ours.add(lastOurs);
            raw.add(rawRate);
            overRaw.add(lastOurs / rawRate);
            cpuNs.add(result.cpuNsPerRecord() / eventsPerBatch);
        }

        /** What is beside it; the naive rates are 0 where nobody asked. */
        void addOthers(double offlineRate, double rocksDbRate, double memoryRate) {
            offlineOver.add(offlineRate / lastOurs);
            if (rocksDbRate > 0) {
                rocksDb.add(rocksDbRate);
                memory.add(memoryRate);
                overRocksDb.add(lastOurs / rocksDbRate);
                overMemory.add(lastOurs / memoryRate);
            }
        }

        @Override
        public String toString() {
            return "ours %.2f M events/s (%.0f ns CPU each), raw %.2f M, ours over raw %.3f (%.3f to %.3f)"
                    .formatted(
                            ours.value() / 1e6,
                            cpuNs.value(),
                            raw.value() / 1e6,
                            overRaw.value(),
                            overRaw.least(),
                            overRaw.greatest());
        }
    }

    private final BenchCluster cluster;
    private final BenchContext context;
    private int groups;

    StreamsRun(BenchCluster cluster, BenchContext context) {
        this.cluster = cluster;
        this.context = context;
    }

    /** Makes events and publishes them in batches of each size. */
    List<Load> load(int goroutines, int[] sizes, boolean naive) throws Exception {
        List<Load> loads = new ArrayList<>();
        String set = "set" + groups++ + ".";
        String naiveTopic = naive ? set + "naive" : null;
        for (int size : sizes) {
            Topics topics = new Topics(set + size + ".");
            cluster.create(topics, 1);
            List<byte[]> batches = new ArrayList<>();
            NestedCalls calls = new NestedCalls(goroutines, size, 0);
            for (long events = 0; events < EVENTS; events += size) {
                batches.add(calls.nextBatch());
            }
            cluster.fill(topics.of(Topics.Kind.EVENTS), out -> batches.forEach(each -> out.record(0, null, each)));
            loads.add(new Load(goroutines, size, topics, naiveTopic, batches, new Ratios()));
        }
        if (naive) {
            cluster.create(List.of(naiveTopic, naiveTopic + "-totals"), 1);
            cluster.fill(naiveTopic, out -> writeOneByOne(loads.get(0), out));
        }
        return loads;
    }

    private static void writeOneByOne(Load load, BenchCluster.Output out) {
        BatchDecoder decoder = new BatchDecoder();
        DecodedBatch batch = new DecodedBatch();
        try {
            for (int i = 0; i < NAIVE_EVENTS / load.eventsPerBatch(); i++) {
                decoder.decode(load.batches().get(i), batch);
                NaiveTopology.write(batch, out);
            }
        } catch (BadRecordException e) {
            throw new IllegalStateException("a batch that was just made is bad", e);
        }
    }

    void drop(List<Load> loads) throws Exception {
        for (Load load : loads) {
            cluster.delete(load.topics().prefix());
        }
    }

    /** Everybody's turn. */
    void round(List<Load> loads) throws Exception {
        double rocksDb = 0;
        double memory = 0;
        if (loads.get(0).naiveTopic() != null) {
            rocksDb = naive(loads.get(0), true);
            memory = naive(loads.get(0), false);
        }
        for (Load load : loads) {
            double rawBefore = raw(load);
            for (int pair = 0; pair < PAIRS; pair++) {
                OurJob.Result result = job(load.topics(), 1, load.records());
                double rawAfter = raw(load);
                load.ratios().add(result, load.eventsPerBatch(), 2 / (1 / rawBefore + 1 / rawAfter));
                rawBefore = rawAfter;
            }
            double offline = OfflineBenchmark.rate(load.batches(), load.eventsPerBatch());
            load.ratios().addOthers(offline, rocksDb, memory);
            context.progress(load + ": " + load.ratios());
        }
    }

    private double raw(Load load) throws BadRecordException {
        return RawConsumer.rate(cluster, load.topics().of(Topics.Kind.EVENTS), load.records());
    }

    private double naive(Load load, boolean rocksDb) throws InterruptedException, ExecutionException {
        String group = "naive" + groups++;
        double rate = NaiveJob.rate(
                cluster,
                group,
                load.naiveTopic(),
                load.naiveTopic() + "-totals",
                rocksDb,
                context.folder().resolve(group),
                NAIVE_EVENTS / load.eventsPerBatch() * load.eventsPerBatch());
        cluster.delete(group);
        return rate;
    }

    private OurJob.Result job(Topics topics, int threads, long records)
            throws InterruptedException, ExecutionException {
        String group = "ours" + groups++;
        OurJob.Result result =
                OurJob.run(cluster, group, topics, context.folder().resolve(group), threads, records);
        cluster.delete(group);
        return result;
    }

    /** Two processes on two partitions; the same events in all as in another load. */
    Topics loadTwoLanes(int goroutines, int size) throws Exception {
        Topics topics = new Topics("two.");
        cluster.create(topics, 2);
        cluster.fill(topics.of(Topics.Kind.EVENTS), out -> {
            NestedCalls first = new NestedCalls(goroutines, size, 0);
            NestedCalls second = new NestedCalls(goroutines, size, 1);
            for (long events = 0; events < EVENTS; events += 2L * size) {
                out.record(0, null, first.nextBatch());
                out.record(1, null, second.nextBatch());
            }
        });
        return topics;
    }

    /** Events a second on what {@link #loadTwoLanes} made. */
    double ours(Topics topics, int threads) throws InterruptedException, ExecutionException {
        long records = 2 * ((EVENTS + 2 * 4096 - 1) / (2 * 4096));
        double rate = job(topics, threads, records).recordsPerS() * 4096;
        context.progress("%d threads on two partitions: %.2f M events/s".formatted(threads, rate / 1e6));
        return rate;
    }
}
