package io.goroscope.collector.plan;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.FunctionPlan.Probeable;
import io.goroscope.collector.plan.Place.GoroutineSource;
import io.goroscope.collector.plan.Place.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The runtime's own functions whose calls tell how frames end.
 *
 * <p>A goroutine ends in {@code runtime.gdestroy} (Go 1.22 and later; coroutines of {@code iter.Pull} end only there)
 * or in {@code runtime.goexit0}. Both run on the system stack, so the goroutine is their argument.
 */
final class Markers {

    static final String GOPANIC = "runtime.gopanic";
    static final String GOEXIT = "runtime.Goexit";
    static final String DEFER_RETURN = "runtime.deferreturn";
    static final String GDESTROY = "runtime.gdestroy";
    static final String GOEXIT0 = "runtime.goexit0";

    private final Map<String, Integer> indexes = new HashMap<>();

    /** Shown every function's name once, in passing. */
    void see(String name, int index) {
        switch (name) {
            case GOPANIC, GOEXIT, DEFER_RETURN, GDESTROY, GOEXIT0 -> indexes.putIfAbsent(name, index);
            default -> {}
        }
    }

    List<Place> plan(GoBinary binary, FunctionPlanner planner) {
        boolean argumentsInRegisters =
                binary.goroutineInRegister() || binary.image().compiler() == Image.Compiler.GCCGO;
        List<Place> places = new ArrayList<>();
        add(places, binary, planner, GOPANIC, Kind.PANIC, null);
        add(places, binary, planner, DEFER_RETURN, Kind.DEFER_RETURN, null);
        add(places, binary, planner, GOEXIT, Kind.GOEXIT, null);
        add(
                places,
                binary,
                planner,
                indexes.containsKey(GDESTROY) ? GDESTROY : GOEXIT0,
                Kind.GOROUTINE_END,
                argumentsInRegisters ? GoroutineSource.ARGUMENT : GoroutineSource.STACK_ARGUMENT);
        return places;
    }

    private void add(
            List<Place> places,
            GoBinary binary,
            FunctionPlanner planner,
            String name,
            Kind kind,
            GoroutineSource source) {
        Integer index = indexes.get(name);
        if (index != null && planner.plan(binary.function(index), true, false) instanceof Probeable probeable) {
            Place entry = probeable.entry();
            places.add(new Place(
                    kind,
                    entry.address(),
                    entry.fileOffset(),
                    source == null ? entry.goroutine() : source,
                    entry.spDelta(),
                    entry.flagFiltered(),
                    entry.singleStepped()));
        }
    }
}
