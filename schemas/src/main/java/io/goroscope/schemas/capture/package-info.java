/**
 * Capture files: what the topics would have got, in one file.
 *
 * <p>A capture is an Avro object container of {@code CapturedRecord}s in the order in which the collector sent them. It
 * is read by any Avro reader, replayed into Kafka, or fed to the same pairing code without Kafka. Blocks are flushed
 * whole, so a capture that was cut in the middle is good up to its last whole block.
 */
package io.goroscope.schemas.capture;
