/**
 * From a hit of a probe to records on their way: which lane an event belongs to, when a batch ends, and where records
 * go.
 *
 * <p>A process has a fixed number of lanes in each start of the collector. A goroutine's events always take the same
 * lane, in the order of the kernel's ring buffer, so one lane is all that is needed to pair them; lanes are what lets a
 * hot process use several partitions. What happens to the process as a whole (it starts, ends, probes come and go)
 * reaches every lane. Each lane numbers its batches without gaps: a batch that could not be handed on leaves a gap that
 * the reader sees, so loss is never silent.
 *
 * <p>The collector's one thread calls all of this. A {@link io.goroscope.collector.publish.RecordSink} takes the records:
 * Kafka, a capture file, or the pairing of a terminal command in the same JVM.
 */
package io.goroscope.collector.publish;
