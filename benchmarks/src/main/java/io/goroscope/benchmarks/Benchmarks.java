package io.goroscope.benchmarks;

import io.goroscope.benchmarks.collector.EventToMetricsBenchmark;
import io.goroscope.benchmarks.collector.FootprintBenchmark;
import io.goroscope.benchmarks.kernel.EntryHitBenchmark;
import io.goroscope.benchmarks.kernel.PairBenchmark;
import io.goroscope.benchmarks.streams.HotPathBenchmark;
import io.goroscope.benchmarks.streams.OfflineBenchmark;
import io.goroscope.benchmarks.streams.StreamsBenchmark;
import io.goroscope.schemas.UserException;
import java.util.List;
import java.util.stream.Collectors;

/** All benchmarks there are; a new one is added here. */
final class Benchmarks {

    static final List<Benchmark> ALL = List.of(
            new StreamsBenchmark(),
            new OfflineBenchmark(),
            new HotPathBenchmark(),
            new EntryHitBenchmark(),
            new PairBenchmark(),
            new FootprintBenchmark(),
            new EventToMetricsBenchmark());

    private Benchmarks() {}

    static Benchmark named(String name) {
        return ALL.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UserException("no benchmark " + name + "; there are: "
                        + ALL.stream().map(Benchmark::name).collect(Collectors.joining(", "))));
    }
}
