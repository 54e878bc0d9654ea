/**
 * Keeps the cost of tracing under a budget.
 *
 * <p>What a hit costs is measured once ({@link io.goroscope.collector.kernel.HitCost}); how many there are is counted in
 * the kernel in any case. Where their product is too much, the functions that cost most step down a ladder ({@link
 * io.goroscope.collector.budget.Rung}), and where there is room they step up again. {@link
 * io.goroscope.collector.budget.Ladder} decides, from numbers alone; {@link
 * io.goroscope.collector.budget.BudgetKeeper} counts, applies, and tells the stream of each step, so that no reader takes
 * a change of mode for a change of load.
 *
 * <p>The ladder acts within a second. Should the cost double the budget before it does, everything is detached at once
 * ({@link io.goroscope.collector.budget.Breaker}), and comes back as far as fits.
 */
package io.goroscope.collector.budget;
