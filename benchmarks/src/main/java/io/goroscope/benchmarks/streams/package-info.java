/**
 * From a batch of events to the totals: decoding, pairing, the Streams job, and what it is compared with.
 *
 * <p>{@link io.goroscope.benchmarks.streams.NestedCalls} makes the events that all of them take.
 */
package io.goroscope.benchmarks.streams;
