/**
 * Calls that were captured with their values: made of the kernel's records, on their way to a terminal or to Kafka.
 *
 * <pre>
 *   CaptureRecord → {@link io.goroscope.collector.call.CallAssembler} → CapturedCall → a line
 *                                                              │
 *                        {@link io.goroscope.collector.call.Redaction}, {@link io.goroscope.collector.call.CallCodec} → Capture.avsc → … → CapturedCall → the same line
 * </pre>
 *
 * <p>{@link io.goroscope.collector.call.CallFeed} is the collector's side of it. The {@code trace} command prints what comes
 * either way.
 */
package io.goroscope.collector.call;
