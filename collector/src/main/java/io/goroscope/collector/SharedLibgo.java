package io.goroscope.collector;

import io.goroscope.collector.binary.GccgoThreadLocal;
import io.goroscope.collector.plan.ImagePlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Completes the plans of programs that use gccgo's shared libgo: where {@code g} is from the thread pointer depends on
 * the executable and on libgo together, since their thread-local blocks lie side by side.
 *
 * <p>Nothing else may have a block between them: true for what the loader loads in the order of the link line, where
 * libgo stands first. A library that {@code LD_PRELOAD} puts before it would have to bring thread-local variables to
 * break it.
 */
final class SharedLibgo {

    private SharedLibgo() {}

    /** True if a plan does not know yet where {@code g} is. */
    static boolean isNeeded(List<ImagePlan> plans) {
        return plans.stream().anyMatch(SharedLibgo::isUnresolved);
    }

    private static boolean isUnresolved(ImagePlan plan) {
        return plan.layout().segmentedStacks() && plan.layout().goroutineTlsOffset() == 0;
    }

    /**
     * Fills it in.
     *
     * @param executable what the processes run
     * @param libgo the library that they load
     */
    static List<ImagePlan> resolve(List<ImagePlan> plans, Path executable, Path libgo) {
        OptionalLong offset =
                GccgoThreadLocal.offset(List.of(GccgoThreadLocal.read(executable), GccgoThreadLocal.read(libgo)));
        List<ImagePlan> resolved = new ArrayList<>();
        for (ImagePlan plan : plans) {
            boolean fill = offset.isPresent() && isUnresolved(plan);
            resolved.add(fill ? plan.withLayout(plan.layout().withGoroutineTlsOffset(offset.getAsLong())) : plan);
        }
        return resolved;
    }
}
