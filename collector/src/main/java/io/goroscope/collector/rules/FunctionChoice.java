package io.goroscope.collector.rules;

import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.plan.FunctionPatterns;
import io.goroscope.collector.plan.PlanOptions;
import java.util.List;

/**
 * Which functions, and what is wanted of them.
 *
 * @param include patterns, at least one
 * @param exclude patterns of functions that are left out all the same
 * @param regex whether patterns are regular expressions
 * @param mode entries and returns, or exact counts only
 * @param costly whether functions are taken whose probe the kernel has to single-step
 * @param all whether the runtime's hottest packages are taken
 */
public record FunctionChoice(
        List<String> include,
        List<String> exclude,
        boolean regex,
        SessionOptions.Mode mode,
        boolean costly,
        boolean all) {

    public FunctionChoice {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    /** The patterns. */
    public FunctionPatterns patterns() {
        FunctionPatterns wanted = FunctionPatterns.of(include, regex);
        return exclude.isEmpty() ? wanted : wanted.without(FunctionPatterns.of(exclude, regex));
    }

    /** How to plan them. */
    public PlanOptions planOptions() {
        return new PlanOptions(costly, mode == SessionOptions.Mode.PAIRS, all);
    }

    /** How to probe them. */
    public SessionOptions sessionOptions() {
        return mode == SessionOptions.Mode.PAIRS ? SessionOptions.pairs() : SessionOptions.count();
    }
}
