/**
 * From sums to Prometheus' data model.
 *
 * <p>Every scrape makes immutable snapshots; nothing is ever observed. A histogram is exported in two forms on one grid:
 * native (schema 3, every bucket) and classic (one {@code le} a doubling; each bound is one of the grid's, so no count is
 * guessed). By text both can be had from {@code /metrics}, where only the classic form has a notation; by protobuf both
 * are sent, and a Prometheus before 2.45 keeps only the native one of them. For such a Prometheus {@code
 * /metrics/classic} serves the classic form alone, to be scraped by a second job: a native histogram has the bare name
 * and a classic one the suffixes {@code _bucket}, {@code _sum} and {@code _count}, so they live side by side.
 *
 * <p>{@link io.goroscope.sink.export.MetricNames} is the one list of names; dashboards and alert rules are tested
 * against what a real Prometheus has scraped, so a name cannot change alone.
 */
package io.goroscope.sink.export;
