/**
 * What the collector itself takes: a process of its own, started by the launcher as a user does, with a broker in another
 * process and events that {@link io.goroscope.collector.kernel.RingLoad} writes into its ring.
 */
package io.goroscope.benchmarks.collector;
