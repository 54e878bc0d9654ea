/**
 * Where to probe each function of a Go binary, and why not where that cannot be done.
 *
 * <p>The theory is short. An <em>entry place</em> is an instruction that runs exactly once in each call, at which the
 * stack pointer's distance from its value at the call is known, and which the kernel emulates instead of
 * single-stepping. The <em>return places</em> are every {@code ret} and every direct tail jump out of the function.
 * The key of a frame is the distance of the stack pointer at the call from the high end of the goroutine's stack: the
 * same at entry and at return, and unchanged when Go copies the stack.
 *
 * <p>{@code binary} reads the file, this package decides, {@code kernel} attaches. A plan is plain data: it can be
 * printed ({@code goroscope list}) without touching the kernel.
 */
package io.goroscope.collector.plan;
