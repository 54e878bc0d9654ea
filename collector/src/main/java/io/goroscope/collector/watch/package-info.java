/**
 * Keeps a collector to its rules: {@link io.goroscope.collector.watch.Watch} hears of each program that starts, judges the file that
 * it runs once ({@link io.goroscope.collector.watch.Build}), and attaches what the first fitting rule wants of it, as a scope of
 * the collector.
 *
 * <p>Probes lie in files, not in processes. So a file that was attached to stays so when its last process ends, and the next one is
 * counted from its first call; a file that a rule names by its path is attached to before anybody runs it. Where a rule
 * chooses among the processes of a file, the others are refused in the kernel after their first hit.
 */
package io.goroscope.collector.watch;
