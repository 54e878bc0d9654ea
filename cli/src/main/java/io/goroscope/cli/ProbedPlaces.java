package io.goroscope.cli;

import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.schemas.batch.BatchDescriptor;
import java.util.List;
import java.util.Map;
import org.agrona.collections.IntHashSet;

/** Which functions are probed at places that cost more or less than the usual ones. */
final class ProbedPlaces {

    private final IntHashSet costly = new IntHashSet();
    private final IntHashSet onlyCounted = new IntHashSet();

    /** @param timed whether calls are timed, else all are only counted */
    ProbedPlaces(List<ImagePlan> plans, boolean timed) {
        for (int image = 0; image < plans.size(); image++) {
            for (FunctionPlan plan : plans.get(image).functions()) {
                if (plan instanceof FunctionPlan.Probeable probeable) {
                    add(BatchDescriptor.function(image, probeable.function().index()), probeable, timed);
                }
            }
        }
    }

    private void add(int function, FunctionPlan.Probeable plan, boolean timed) {
        if (plan.entry().singleStepped()) {
            costly.add(function);
        } else if (!timed || plan.returns().isEmpty()) {
            onlyCounted.add(function);
        }
    }

    /**
     * Sorts hits by what they cost.
     *
     * @param calls by function, so the hits at entries
     * @param emulated hits at tail jumps and markers
     * @param returns hits at returns
     */
    RunCost.Hits hits(Map<Integer, Long> calls, long emulated, long returns) {
        long counted = 0;
        long cheap = emulated;
        long dear = returns;
        for (Map.Entry<Integer, Long> entry : calls.entrySet()) {
            int function = entry.getKey();
            if (costly.contains(function)) {
                dear += entry.getValue();
            } else if (onlyCounted.contains(function)) {
                counted += entry.getValue();
            } else {
                cheap += entry.getValue();
            }
        }
        return new RunCost.Hits(counted, cheap, dear);
    }
}
