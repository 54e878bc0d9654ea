package io.goroscope.collector.kernel;

/**
 * How often the programs of an adjustable session ran, in all processes.
 *
 * @param entries at entries and markers
 * @param returns where calls end
 */
public record Hits(long entries, long returns) {}
