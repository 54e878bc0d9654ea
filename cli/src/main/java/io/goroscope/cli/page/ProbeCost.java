package io.goroscope.cli.page;

/**
 * What tracing costs the traced programs, where it is measured in this process.
 *
 * @param hitsPerSecond probe hits per second
 * @param nsPerHit what one costs the thread that takes it, ns
 */
public record ProbeCost(double hitsPerSecond, double nsPerHit) {}
