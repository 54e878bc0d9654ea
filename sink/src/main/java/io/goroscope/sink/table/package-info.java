/**
 * What the output topics say, held in memory: one table a kind of record, each a fold over the records in any order
 * that keeps one key's records in theirs.
 *
 * <p>Theory. Every output key ends in its one writer (collector, epoch, process, lane) and every value is cumulative, so
 * the last value per key is all there is to know, reading a record twice changes nothing, and a figure is the sum over
 * its writers. A reader that starts at the beginning of a compacted topic therefore arrives where the one before it
 * was: counters go on across its restart.
 *
 * <p>A counter must never step back while its series lives. A collector that is restarted under a process that goes on
 * begins again at zero under a new epoch, and the old epoch's keys are tombstoned after a while: the sum would step back
 * by what the old epoch had counted. Hence a tombstoned writer stays in the sum, by its last values or by the {@code
 * Retired} record that keeps them, for as long as any writer of the same process and function lives. With the last live
 * writer the series ends.
 *
 * <p>Nothing here knows Kafka or Prometheus; the sink and the live page both read these tables. They are not safe for
 * use by several threads; {@link io.goroscope.sink.table.PipelineView} guards them.
 */
package io.goroscope.sink.table;
