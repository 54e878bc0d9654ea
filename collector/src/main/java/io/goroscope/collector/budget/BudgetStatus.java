package io.goroscope.collector.budget;

import java.util.Map;

/**
 * How a budget stands.
 *
 * @param load what tracing costs, as a part of what it may: of the process or the host where that is most
 * @param pairs functions of which every call is timed
 * @param cycled functions of which calls are timed in a part of the time
 * @param counts functions whose calls are only counted, though they could be timed
 * @param off functions without probes
 * @param steps steps of functions so far
 * @param trips how often everything was detached at once
 * @param detached true while it is
 * @param costs what tracing costs each process by the estimate, in CPUs, by pid
 * @param measured time that the kernel measured in our programs by what the estimate says of them; 0 where it was not measured
 */
public record BudgetStatus(
        double load,
        int pairs,
        int cycled,
        int counts,
        int off,
        long steps,
        long trips,
        boolean detached,
        Map<Integer, Double> costs,
        double measured) {

    /** Before the first look. */
    public static final BudgetStatus NONE = new BudgetStatus(0, 0, 0, 0, 0, 0, 0, false, Map.of(), 0);
}
