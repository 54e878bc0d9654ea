package io.goroscope.collector.plan;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.FunctionPlan.InlinedOnly;
import io.goroscope.schemas.UserException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Decides, for each function that the patterns match, where to probe it, or why not. */
public final class Planner {

    private final GoBinary binary;
    private final FunctionPatterns patterns;
    private final PlanOptions options;
    private final Markers markers = new Markers();
    private final Map<String, Integer> onlyInlined = new HashMap<>();
    private int leftOut;

    private Planner(GoBinary binary, FunctionPatterns patterns, PlanOptions options) {
        this.binary = binary;
        this.patterns = patterns;
        this.options = options;
    }

    /**
     * Plans an image. Reads the file only; nothing is attached.
     *
     * @return the plan; without functions where none matches, though with the runtime's markers: a gccgo program's are
     *     in its libgo
     * @throws UserException if the runtime's layout is not known
     */
    public static ImagePlan plan(GoBinary binary, FunctionPatterns patterns, PlanOptions options) {
        RuntimeLayout layout = binary.layout();
        Planner work = new Planner(binary, patterns, options);
        try (FunctionPlanner planner = planner(binary, options)) {
            List<FunctionPlan> plans = new ArrayList<>(work.planned(planner));
            plans.addAll(work.inlinedOnly());
            return new ImagePlan(binary.image(), layout, plans, work.markers.plan(binary, planner), work.leftOut);
        }
    }

    private static FunctionPlanner planner(GoBinary binary, PlanOptions options) {
        if (binary.image().architecture().equals("amd64")) {
            return new Amd64Planner(binary, binary.goroutineInRegister(), options.arguments());
        }
        if (binary.image().compiler() != Image.Compiler.GC) {
            throw new UserException("cannot plan probes in " + binary.image().displayPath()
                    + ": of arm64 only what gc compiled is understood, and gccgo made this");
        }
        return new Arm64Planner(binary);
    }

    private List<FunctionPlan> planned(FunctionPlanner planner) {
        // The inline trees take as long as the names; on one processor nothing is lost.
        CompletableFuture<Map<String, Integer>> inlined = CompletableFuture.supplyAsync(binary::inlinedCopies);
        String[] names = new String[binary.functionCount()];
        int[] matched = new int[names.length];
        int count = 0;
        AbiTwins twins = new AbiTwins(binary, planner);
        try {
            for (int i = 0; i < names.length; i++) {
                String name = binary.functionName(i);
                markers.see(name, i);
                names[i] = name;
                boolean wanted = isWanted(name);
                twins.see(name, i, wanted);
                if (wanted) {
                    matched[count++] = i;
                }
            }
        } finally {
            // Whoever is told of a broken name closes the file next, and must not take it from under the other thread.
            inlined.handle((copies, problem) -> copies).join();
        }
        joined(inlined).forEach((name, copies) -> {
            if (!twins.hasSeen(name) && isWanted(name)) {
                onlyInlined.put(name, copies);
            }
        });
        twins.resolve();
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (!twins.isDropped(matched[i])) {
                matched[kept++] = matched[i];
            }
        }
        return PlannerThreads.plan(kept, () -> planner(binary, options), (worker, i) -> {
            String name = names[matched[i]];
            boolean costly = options.costly() || patterns.namesExactly(name);
            return worker.plan(binary.function(matched[i], name), costly, options.returns());
        });
    }

    private static <T> T joined(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Names in the inline trees that no function of the table has. */
    private List<FunctionPlan> inlinedOnly() {
        List<FunctionPlan> plans = new ArrayList<>();
        onlyInlined.forEach(
                (name, copies) -> plans.add(new InlinedOnly(new GoFunction(-1, name, 0, 0, "", 0, false, copies))));
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
