package io.goroscope.collector.kernel;

/**
 * How fast all probes were taken away.
 *
 * @param hotNs until those that cost most were gone, ns
 * @param hotShare their part of the cost
 * @param allNs until all were gone, ns
 */
public record Removal(long hotNs, double hotShare, long allNs) {}
