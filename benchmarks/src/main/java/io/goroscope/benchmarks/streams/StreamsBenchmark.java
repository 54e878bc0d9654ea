package io.goroscope.benchmarks.streams;

import io.goroscope.benchmarks.BenchContext;
import io.goroscope.benchmarks.Benchmark;
import io.goroscope.benchmarks.Figures;
import io.goroscope.benchmarks.Median;
import io.goroscope.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The Streams job beside the least that could be done (consume and decode) and beside the obvious way (an event per
 * record), on the same events. In each round all take their turn, one after the other, raw consuming and the job three times: what
 * disturbs a round disturbs both sides. Each figure is the worst of the loads' medians.
 */
public final class StreamsBenchmark implements Benchmark {

    private static final int[] BATCHES = {512, 4096};
    private static final int ROUNDS = 3;
    /** By then the second compiler has done most of its work, for which it takes one of two CPUs. */
    private static final int WARM_UP_ROUNDS = 2;

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
                run.round(warmUp);
            }
            run.drop(warmUp);
            List<StreamsRun.Ratios> usual = new ArrayList<>(measure(run, 64, true));
            usual.addAll(measure(run, 2000, true));
            List<StreamsRun.Ratios> many = measure(run, 50_000, false);
            Figures figures = new Figures();
            figures.add("streams_events_per_s", least(usual, each -> each.ours));
            figures.atLeast("streams_over_naive_rocksdb", least(usual, each -> each.overRocksDb), 20);
            figures.atLeast("streams_over_naive_memory", least(usual, each -> each.overMemory), 12);
            figures.atLeast("streams_over_raw", least(usual, each -> each.overRaw), 0.35);
            figures.atLeast("streams_over_raw_50k", least(many, each -> each.overRaw), 0.2);
            figures.atLeast("offline_over_streams", least(usual, each -> each.offlineOver), 1.5);
            figures.add("streams_events_per_s_50k", least(many, each -> each.ours));
            figures.add("raw_events_per_s", least(usual, each -> each.raw));
            figures.add("naive_rocksdb_events_per_s", greatest(usual, each -> each.rocksDb));
            figures.add("naive_memory_events_per_s", greatest(usual, each -> each.memory));
            figures.add("streams_cpu_ns_per_event", greatest(usual, each -> each.cpuNs));
            figures.add("streams_two_threads_over_one", twoThreads(run));
            return figures;
        }
    }

    private static List<StreamsRun.Ratios> measure(StreamsRun run, int goroutines, boolean naive) throws Exception {
        List<StreamsRun.Load> loads = run.load(goroutines, BATCHES, naive);
        for (int round = 0; round < ROUNDS; round++) {
            run.round(loads);
        }
        run.drop(loads);
        return loads.stream().map(StreamsRun.Load::ratios).toList();
    }

    private static double least(List<StreamsRun.Ratios> loads, Function<StreamsRun.Ratios, Median> which) {
        return loads.stream()
                .mapToDouble(each -> which.apply(each).value())
                .min()
                .orElseThrow();
    }

    private static double greatest(List<StreamsRun.Ratios> loads, Function<StreamsRun.Ratios, Median> which) {
        return loads.stream()
                .mapToDouble(each -> which.apply(each).value())
                .max()
                .orElseThrow();
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
