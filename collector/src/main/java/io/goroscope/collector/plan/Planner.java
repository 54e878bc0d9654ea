package io.goroscope.collector.plan;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.FunctionPlan.InlinedOnly;
import io.goroscope.schemas.UserException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Decides, for each function that the patterns match, where to probe it, or why not. */
public final class Planner {

    private final GoBinary binary;
    private final FunctionPatterns patterns;
    private final PlanOptions options;
    private final FunctionPlanner planner;
    private final Markers markers = new Markers();
    private final Map<String, Integer> onlyInlined;
    private int leftOut;

    private Planner(GoBinary binary, FunctionPatterns patterns, PlanOptions options, FunctionPlanner planner) {
        this.binary = binary;
        this.patterns = patterns;
        this.options = options;
        this.planner = planner;
        this.onlyInlined = new HashMap<>(binary.inlinedCopies());
    }

    /**
     * Plans an image. Reads the file only; nothing is attached.
     *
     * @return the plan; without functions where none matches, though with the runtime's markers: a gccgo program's are
     *     in its libgo
     * @throws UserException if the runtime's layout is not known
     */
    public static ImagePlan plan(GoBinary binary, FunctionPatterns patterns, PlanOptions options) {
        if (!binary.image().architecture().equals("amd64")) {
            throw new UserException("cannot plan probes in " + binary.image().displayPath() + ": it is for "
                    + binary.image().architecture() + ", and only amd64 is supported so far");
        }
        RuntimeLayout layout = binary.layout();
        try (FunctionPlanner planner = new Amd64Planner(binary, binary.goroutineInRegister())) {
            Planner work = new Planner(binary, patterns, options, planner);
            List<FunctionPlan> plans = new ArrayList<>(work.planned());
            plans.addAll(work.inlinedOnly());
            return new ImagePlan(binary.image(), layout, plans, work.markers.plan(binary, planner), work.leftOut);
        }
    }

    private List<FunctionPlan> planned() {
        List<Integer> matched = new ArrayList<>();
        AbiTwins twins = new AbiTwins(binary, planner);
        for (int i = 0; i < binary.functionCount(); i++) {
            String name = binary.functionName(i);
            markers.see(name, i);
            onlyInlined.remove(name);
            if (isWanted(name)) {
                matched.add(i);
                twins.see(name, i);
            }
        }
        List<FunctionPlan> plans = new ArrayList<>(matched.size());
        for (int index : matched) {
            if (!twins.isDropped(index)) {
                GoFunction function = binary.function(index);
                boolean costly = options.costly() || patterns.namesExactly(function.name());
                plans.add(planner.plan(function, costly, options.returns()));
            }
        }
        return plans;
    }

    /** Names in the inline trees that no function of the table has: seen last, when all others are crossed out. */
    private List<FunctionPlan> inlinedOnly() {
        List<FunctionPlan> plans = new ArrayList<>();
        onlyInlined.forEach((name, copies) -> {
            if (isWanted(name)) {
                plans.add(new InlinedOnly(new GoFunction(-1, name, 0, 0, "", 0, false, copies)));
            }
        });
        plans.sort(Comparator.comparing(p -> p.function().name()));
        return plans;
    }

    private boolean isWanted(String name) {
        if (!patterns.matches(name)) {
            return false;
        }
        boolean left = !options.everything() && patterns.leavesOut(name);
        leftOut += left ? 1 : 0;
        return !left;
    }
}
