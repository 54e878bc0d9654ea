package io.goroscope.benchmarks.streams;

import io.goroscope.benchmarks.BenchContext;
import io.goroscope.benchmarks.Benchmark;
import io.goroscope.benchmarks.Figures;
import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** {@link HotPath} under JMH, with what it allocates. */
public final class HotPathBenchmark implements Benchmark {

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    @Override
    public String name() {
        return "hotpath";
    }

    @Override
    public String about() {
        return "JMH: decode, pair, histogram, encode, and the whole way of an event, with its allocation";
    }

    @Override
    public Figures run(BenchContext context) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(HotPath.class.getName() + "\\.")
                        .addProfiler(GCProfiler.class)
                        .jvmArgs("-Xms1g", "-Xmx1g", "-XX:+UseSerialGC")
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        Figures figures = new Figures();
        for (RunResult result : results) {
            String step = result.getPrimaryResult()
                    .getLabel()
                    .replaceAll("([A-Z])", "_$1")
                    .toLowerCase(Locale.ROOT);
            double ns = result.getPrimaryResult().getScore();
            double bytes = result.getSecondaryResults().get(ALLOCATED).getScore();
            context.progress("%s: %.1f ns, %.3f bytes an event".formatted(step, ns, bytes));
            figures.add(step + "_ns_per_event", ns);
            if (step.equals("decode_pair_and_count")) {
                figures.atMost(step + "_bytes_per_event", bytes, 1);
            }
        }
        return figures;
    }
}
