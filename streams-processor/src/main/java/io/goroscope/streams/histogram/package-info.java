/**
 * Durations in buckets.
 *
 * <p>{@link io.goroscope.streams.histogram.LatencyGrid} is the grid of Prometheus' native histograms at schema 3: eight
 * buckets for each doubling, bucket i = (2^((i-1)/8), 2^(i/8)] <em>seconds</em>. It exports without loss to Prometheus and
 * OpenTelemetry, and a subset of its bounds makes classic {@code le} buckets. Buckets on powers of two of nanoseconds
 * would not: 10^9 is no power of two, so they straddle those bounds. Durations are whole nanoseconds, so the bounds are
 * kept as the greatest whole nanosecond inside, in a table; finding a bucket takes a count of leading zeros, one look
 * into a small table, and one comparison.
 *
 * <p>{@link io.goroscope.streams.histogram.LatencyHistogram} counts on that grid and keeps the exact sum, least and
 * greatest. {@link io.goroscope.streams.histogram.Log2Histogram} is the terminal's: powers of two of ns, µs or ms, as bcc's
 * tools print them.
 */
package io.goroscope.streams.histogram;
