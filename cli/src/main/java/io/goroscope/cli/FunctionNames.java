package io.goroscope.cli;

import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.schemas.batch.BatchDescriptor;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;

/** Names by function id, of what a terminal command traces. */
final class FunctionNames {

    private final Int2ObjectHashMap<String> names = new Int2ObjectHashMap<>();

    FunctionNames(List<ImagePlan> plans) {
        for (int image = 0; image < plans.size(); image++) {
            for (FunctionPlan plan : plans.get(image).functions()) {
                if (plan instanceof FunctionPlan.Probeable probeable) {
                    names.put(
                            BatchDescriptor.function(image, probeable.function().index()),
                            probeable.function().name());
                }
            }
        }
    }

    String of(int function) {
        return names.get(function);
    }
}
