/**
 * A real Prometheus for tests, and what the repository's dashboards and rules ask of one. The tests of the sink and those of
 * the whole pipeline ask the same questions here: every query, with Grafana's variables filled in, of a Prometheus that has
 * the native form of the histograms, and of one that has the classic form.
 */
package io.goroscope.testbed.prometheus;
