package io.goroscope.cli;

import io.goroscope.collector.Collector;
import io.goroscope.collector.ProcessStatus;
import io.goroscope.collector.budget.BudgetKeeper;
import io.goroscope.collector.budget.BudgetStatus;
import io.goroscope.collector.watch.WatchedScope;
import io.goroscope.schemas.ModeDetail;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** How the budget of a collector stands: over all that has one. */
final class BudgetMetrics {

    private static final String PREFIX = "goroscope_collector_";

    private BudgetMetrics() {}

    private static List<BudgetStatus> statuses(List<WatchedScope> scopes) {
        return scopes.stream()
                .flatMap(scope -> scope.keeper().stream())
                .map(BudgetKeeper::status)
                .toList();
    }

    /** Nothing where there is no budget. */
    static List<MetricSnapshot> of(List<WatchedScope> scopes, Collector collector) {
        List<BudgetStatus> all = statuses(scopes);
        if (all.isEmpty()) {
            return List.of();
        }
        List<MetricSnapshot> metrics = new ArrayList<>();
        metrics.add(Samples.gauge(
                PREFIX + "budget_used_ratio",
                "What tracing costs by what it may, of that process, or the host, where it is most.",
                all.stream().mapToDouble(BudgetStatus::load).max().orElse(0)));
        metrics.add(Samples.counter(
                PREFIX + "budget_steps", "Steps of functions to keep the budget.", sum(all, BudgetStatus::steps)));
        metrics.add(Samples.counter(
                PREFIX + "budget_trips",
                "How often everything was detached at once, since it cost twice its budget.",
                sum(all, BudgetStatus::trips)));
        metrics.add(GaugeSnapshot.builder()
                .name(PREFIX + "budget_functions")
                .help("Functions by what is done at them.")
                .dataPoint(functions(ModeDetail.PAIRS, sum(all, BudgetStatus::pairs)))
                .dataPoint(functions(ModeDetail.CYCLED, sum(all, BudgetStatus::cycled)))
                .dataPoint(functions(ModeDetail.COUNTS, sum(all, BudgetStatus::counts)))
                .dataPoint(functions(ModeDetail.OFF, sum(all, BudgetStatus::off)))
                .build());
        double measured = all.stream().mapToDouble(BudgetStatus::measured).max().orElse(0);
        if (measured > 0) {
            metrics.add(Samples.gauge(
                    PREFIX + "budget_measured_ratio",
                    "Time that the kernel measured in our programs by what the estimate says of them.",
                    measured));
        }
        metrics.add(costs(scopes, collector));
        return metrics;
    }

    private static MetricSnapshot costs(List<WatchedScope> scopes, Collector collector) {
        GaugeSnapshot.Builder costs = GaugeSnapshot.builder()
                .name(PREFIX + "process_cost_cores")
                .help("What tracing costs a process by the estimate, in CPUs.");
        for (WatchedScope scope : scopes) {
            scope.keeper().map(BudgetKeeper::status).ifPresent(status -> {
                for (ProcessStatus process : collector.processes(scope.session())) {
                    costs.dataPoint(GaugeDataPointSnapshot.builder()
                            .labels(CollectorMetrics.labels(scope, process))
                            .value(status.costs().getOrDefault(process.pid(), 0.0))
                            .build());
                }
            });
        }
        return costs.build();
    }

    private static GaugeDataPointSnapshot functions(String mode, long count) {
        return GaugeDataPointSnapshot.builder()
                .labels(Labels.of("mode", mode))
                .value((double) count)
                .build();
    }

    private static long sum(List<BudgetStatus> all, ToLongFunction<BudgetStatus> what) {
        return all.stream().mapToLong(what).sum();
    }

    /** In words, a line each, what is detached since it cost too much. */
    static List<String> complaints(List<WatchedScope> scopes) {
        return scopes.stream()
                .filter(scope -> scope.keeper()
                        .filter(keeper -> keeper.status().detached())
                        .isPresent())
                .map(scope -> "all probes in " + scope.path()
                        + " are detached for a while, since tracing cost twice its budget")
                .toList();
    }
}
