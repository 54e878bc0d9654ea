/**
 * Go programs that know their own truth, and what builds and runs them with each toolchain.
 *
 * <p>The programs lie in {@code testbed/programs} and travel in this jar. {@code truth} calls functions in every way
 * that Go can (recursion, growing and shrinking stacks, panics, {@code Goexit}, coroutines, migration between threads,
 * callbacks from C), counts each call itself, and prints the counts. It holds them against what its workloads had to
 * call by their own formulas, and refuses to print a truth that does not agree with itself.
 *
 * <p>A test takes a {@link io.goroscope.testbed.Toolchain}, builds a {@link io.goroscope.testbed.TestProgram} in a
 * {@link io.goroscope.testbed.Flavor}, starts it as a {@link io.goroscope.testbed.RunningProgram}, attaches, releases
 * it, and compares what it saw with the {@link io.goroscope.testbed.Truth}. What a test needs of the machine it says
 * with {@link io.goroscope.testbed.Requirements}.
 */
package io.goroscope.testbed;
