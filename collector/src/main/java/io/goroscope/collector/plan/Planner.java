package io.goroscope.collector.plan;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.schemas.UserException;
import java.util.ArrayList;
import java.util.List;

/** Decides, for each function that the patterns match, where to probe it, or why not. */
public final class Planner {

    private Planner() {}

    /**
     * Plans an image. Reads the file only; nothing is attached.
     *
     * @throws UserException if no function matches, or the runtime's layout is not known
     */
    public static ImagePlan plan(GoBinary binary, FunctionPatterns patterns, PlanOptions options) {
        RuntimeLayout layout = binary.layout();
        boolean registers = binary.goroutineInRegister();
        try (FunctionPlanner planner = new Amd64Planner(binary, registers)) {
            Markers markers = new Markers();
            List<FunctionPlan> plans = new ArrayList<>();
            int leftOut = 0;
            for (int i = 0; i < binary.functionCount(); i++) {
                String name = binary.functionName(i);
                markers.see(name, i);
                if (!patterns.matches(name)) {
                    continue;
                }
                if (!options.everything() && patterns.leavesOut(name)) {
                    leftOut++;
                    continue;
                }
                boolean costly = options.costly() || patterns.namesExactly(name);
                plans.add(planner.plan(binary.function(i), costly, options.returns()));
            }
            if (plans.isEmpty() && leftOut == 0) {
                throw new UserException("no function of " + binary.image().displayPath() + " matches "
                        + String.join(", ", patterns.texts()) + "; see: goroscope list "
                        + binary.image().displayPath() + ":'*'");
            }
            return new ImagePlan(binary.image(), layout, plans, markers.plan(binary, planner, registers), leftOut);
        }
    }
}
