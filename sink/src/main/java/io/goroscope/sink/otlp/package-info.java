/**
 * OTLP metrics by the OpenTelemetry SDK: the SDK's reader asks {@link io.goroscope.sink.otlp.OtlpMetrics} every so often, and
 * its exporter sends. What is sent is what {@code /metrics} serves, made from the same snapshots: names without Prometheus'
 * suffixes, which a receiver adds again; counters as cumulative monotonic sums since their created time; durations as exponential
 * histograms of scale 3, which is Prometheus' schema 3 with bucket numbers less by one.
 */
package io.goroscope.sink.otlp;
