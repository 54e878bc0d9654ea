package io.goroscope.collector.budget;

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
 */
public record BudgetStatus(double load, int pairs, int cycled, int counts, int off, long steps, long trips) {

    static final BudgetStatus NONE = new BudgetStatus(0, 0, 0, 0, 0, 0, 0);
}
