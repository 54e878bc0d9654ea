/**
 * Side-by-side runs and microbenchmarks, run by {@code ./goroscope bench}.
 *
 * <p>{@link io.goroscope.benchmarks.Bench} is the command, {@link io.goroscope.benchmarks.Benchmark} what there is one of for
 * each subject, and {@link io.goroscope.benchmarks.Figures} what comes out: a table with the target beside each figure, and
 * {@code target/bench/NAME.json}. A figure that carries a promise is a ratio of two things measured in the same run, both warm,
 * the median of several: absolute times say more about the machine than about the program.
 *
 * <p>Packages by subject: {@link io.goroscope.benchmarks.streams} from a batch to the totals.
 */
package io.goroscope.benchmarks;
