package io.goroscope.benchmarks.streams;

import io.goroscope.benchmarks.BenchContext;
import io.goroscope.benchmarks.Benchmark;
import io.goroscope.benchmarks.Figures;
import io.goroscope.benchmarks.Median;
import io.goroscope.schemas.Topics;
import io.goroscope.streams.lane.LaneSet;
import io.goroscope.streams.offline.OfflineReplay;
import io.goroscope.streams.topology.StreamsJobConfig;
import java.util.ArrayList;
import java.util.List;

/** Offline replay alone: the lanes without Kafka, from records in memory. */
public final class OfflineBenchmark implements Benchmark {

    private static final long EVENTS = 4_000_000;
    private static final int BATCH = 4096;
    private static final int ROUNDS = 5;

    @Override
    public String name() {
        return "offline";
    }

    @Override
    public String about() {
        return "offline replay: decode, pair and total from records in memory, one thread";
    }

    @Override
    public Figures run(BenchContext context) {
        Figures figures = new Figures();
        for (int goroutines : new int[] {64, 2000, 50_000}) {
            List<byte[]> batches = new ArrayList<>();
            NestedCalls calls = new NestedCalls(goroutines, BATCH, 0);
            for (long events = 0; events < EVENTS; events += BATCH) {
                batches.add(calls.nextBatch());
            }
            Median median = new Median();
            for (int round = 0; round < ROUNDS; round++) {
                median.add(rate(batches, BATCH));
            }
            context.progress("%d goroutines: %.2f M events/s".formatted(goroutines, median.value() / 1e6));
            figures.add("offline_" + goroutines + "_events_per_s", median.value());
        }
        return figures;
    }

    /** Events a second of one replay of them all. */
    static double rate(List<byte[]> batches, int eventsPerBatch) {
        OfflineReplay replay = new OfflineReplay(StreamsJobConfig.DEFAULT_WINDOW.toNanos());
        long startedNs = System.nanoTime();
        for (byte[] batch : batches) {
            replay.feed(LaneSet.Input.EVENTS, batch, 0);
        }
        replay.results(Topics.Kind.TOTALS);
        return (double) batches.size() * eventsPerBatch * 1e9 / (System.nanoTime() - startedNs);
    }
}
