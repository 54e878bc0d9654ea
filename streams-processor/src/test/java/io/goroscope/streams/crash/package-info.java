/**
 * Is the job exact, whatever ends it? A stream with known totals goes through a real broker to instances in processes of
 * their own, which are killed, terminated and started again at random moments, and at the end every number is compared:
 * with a slow and plain count, and byte for byte with offline replay. {@link io.goroscope.streams.crash.CrashRun} is the
 * run, {@link io.goroscope.streams.crash.CrashStream} the stream.
 *
 * <p>The seed is printed; another is chosen with {@code -Dcrash.seed=N}. It repeats the stream and the order of what happens,
 * but no timing, which is the machine's.
 */
package io.goroscope.streams.crash;
