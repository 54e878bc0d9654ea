package io.goroscope.cli;

import io.goroscope.collector.kernel.HitCost;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.schemas.batch.BatchDescriptor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.agrona.collections.IntHashSet;

/** Estimates what counting costs the traced programs: hits by what a hit was measured to cost on this machine. */
final class CountCost {

    private final IntHashSet costly = new IntHashSet();
    private final Calibration calibration = Calibration.start();

    /** Begins to measure, on another thread. */
    CountCost(List<ImagePlan> plans) {
        for (int image = 0; image < plans.size(); image++) {
            for (FunctionPlan plan : plans.get(image).functions()) {
                if (plan instanceof FunctionPlan.Probeable probeable
                        && probeable.entry().singleStepped()) {
                    costly.add(
                            BatchDescriptor.function(image, probeable.function().index()));
                }
            }
        }
    }

    /**
     * In words: hits, and the time that they took of the program's threads.
     *
     * @param calls by function
     * @param elapsedNs since counting began
     */
    String text(Map<Integer, Long> calls, long elapsedNs) {
        long all = 0;
        long stepped = 0;
        for (Map.Entry<Integer, Long> entry : calls.entrySet()) {
            all += entry.getValue();
            stepped += costly.contains((int) entry.getKey()) ? entry.getValue() : 0;
        }
        if (all == 0) {
            return "no hits in " + Durations.format(elapsedNs);
        }
        Optional<HitCost> each = calibration.cost();
        if (each.isEmpty()) {
            return all + " hits; what one costs could not be measured here";
        }
        // A single-stepped entry is not measured by itself; a single-stepped return costs about the same.
        long ns = (long)
                ((all - stepped) * each.get().countNs() + stepped * each.get().returnNs());
        return String.format(
                Locale.ROOT,
                "%d hits, %s each, took about %s of CPU in %s (%.1f %% of one CPU)",
                all,
                Durations.format(ns / all),
                Durations.format(ns),
                Durations.format(elapsedNs),
                elapsedNs == 0 ? 0 : 100.0 * ns / elapsedNs);
    }
}
