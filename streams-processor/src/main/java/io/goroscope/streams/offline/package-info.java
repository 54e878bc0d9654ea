/** Captures without Kafka: the same state and the same records as through the Streams job, at the speed of one core. */
package io.goroscope.streams.offline;
