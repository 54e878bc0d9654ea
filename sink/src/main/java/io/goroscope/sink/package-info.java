/**
 * Serves what the Streams job writes to Prometheus.
 *
 * <p>{@link io.goroscope.sink.feed} reads the output topics, {@link io.goroscope.sink.table} folds them into sums, {@link
 * io.goroscope.sink.export} turns the sums into Prometheus' data model at each scrape, and {@link
 * io.goroscope.sink.Sink} ties them to an HTTP port. The sink keeps nothing of its own: started again, it reads the
 * compacted topics and serves the same counters, so a restart is no reset, and any number of sinks give the same numbers.
 */
package io.goroscope.sink;
