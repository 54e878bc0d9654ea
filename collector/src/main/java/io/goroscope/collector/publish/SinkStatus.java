package io.goroscope.collector.publish;

/**
 * How a sink stands.
 *
 * @param spooling true where there is a spool, so that what is refused is refused by the disk
 * @param awayNs for how long the broker has not taken records as they come, ns; 0 while it does
 * @param spooledBytes bytes on disk that wait for it
 * @param spoolBytes how many there may be
 * @param lostAtBroker events in records that the broker would not take
 */
public record SinkStatus(boolean spooling, long awayNs, long spooledBytes, long spoolBytes, long lostAtBroker) {}
