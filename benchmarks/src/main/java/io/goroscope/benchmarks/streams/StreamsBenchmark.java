package io.goroscope.benchmarks.streams;

import io.goroscope.benchmarks.BenchContext;
import io.goroscope.benchmarks.Benchmark;
import io.goroscope.benchmarks.Figures;
import io.goroscope.benchmarks.Median;
import io.goroscope.schemas.Topics;
import java.util.List;

/**
 * The Streams job beside the least that could be done (consume and decode) and beside the obvious way (an event per
 * record), on the same events. In each round all take their turn, one after the other, and each figure is the median of the
 * rounds' ratios: what disturbs a round disturbs both sides.
 */
public final class StreamsBenchmark implements Benchmark {

    private static final int[] BATCHES = {512, 4096};
    private static final int ROUNDS = 3;
    /** By then the second compiler has done most of its work, for which it takes one of two CPUs. */
    private static final int WARM_UP_ROUNDS = 4;

    @Override
    public String name() {
        return "streams";
    }

    @Override
    public String about() {
        return "the Streams job, exactly once, beside raw consuming and an event-per-record topology";
    }

    @Override
    public Figures run(BenchContext context) throws Exception {
        try (BenchCluster cluster = new BenchCluster(context.folder())) {
            StreamsRun run = new StreamsRun(cluster, context);
            context.progress("warming up");
            List<StreamsRun.Load> warmUp = run.load(2000, BATCHES, true);
            for (int round = 0; round < WARM_UP_ROUNDS; round++) {
                run.round(warmUp, new StreamsRun.Ratios());
            }
            run.drop(warmUp);
            StreamsRun.Ratios few = measure(run, 64, true);
            StreamsRun.Ratios some = measure(run, 2000, true);
            StreamsRun.Ratios many = measure(run, 50_000, false);
            Figures figures = new Figures();
            figures.add("streams_events_per_s", Math.min(few.ours.value(), some.ours.value()));
            figures.atLeast("streams_over_naive_rocksdb", worst(few.overRocksDb, some.overRocksDb), 20);
            figures.atLeast("streams_over_naive_memory", worst(few.overMemory, some.overMemory), 12);
            figures.atLeast("streams_over_raw", worst(few.overRaw, some.overRaw), 0.35);
            figures.atLeast("streams_over_raw_50k", many.overRaw.value(), 0.2);
            figures.atLeast("offline_over_streams", worst(few.offlineOver, some.offlineOver), 1.5);
            figures.add("streams_events_per_s_50k", many.ours.value());
            figures.add("raw_events_per_s", Math.min(few.raw.value(), some.raw.value()));
            figures.add("naive_rocksdb_events_per_s", Math.max(few.rocksDb.value(), some.rocksDb.value()));
            figures.add("naive_memory_events_per_s", Math.max(few.memory.value(), some.memory.value()));
            figures.add("streams_cpu_ns_per_event", Math.max(few.cpuNs.value(), some.cpuNs.value()));
            figures.add("streams_two_threads_over_one", twoThreads(run));
            return figures;
        }
    }

    private static StreamsRun.Ratios measure(StreamsRun run, int goroutines, boolean naive) throws Exception {
        StreamsRun.Ratios ratios = new StreamsRun.Ratios();
        List<StreamsRun.Load> loads = run.load(goroutines, BATCHES, naive);
        for (int round = 0; round < ROUNDS; round++) {
            run.round(loads, ratios);
        }
        run.drop(loads);
        return ratios;
    }

    private static double worst(Median a, Median b) {
        return Math.min(a.value(), b.value());
    }

    private static double twoThreads(StreamsRun run) throws Exception {
        Topics topics = run.loadTwoLanes(2000, 4096);
        Median over = new Median();
        for (int round = 0; round < ROUNDS; round++) {
            double one = run.ours(topics, 1);
            over.add(run.ours(topics, 2) / one);
        }
        return over.value();
    }
}
