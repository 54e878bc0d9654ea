/**
 * What the output topics say, written to Prometheus by remote write at the time when it happened and not when it is scraped: a
 * capture of last week is replayed into last week.
 *
 * <p>Each latency window becomes one sample of every series of its process, at the window's end: cumulative sums over all
 * windows until then, as if somebody had scraped at that moment; exact calls are the last ones counted by then. A window is
 * written once every lane of the process has passed it. What comes later all the same is in the next sample, since sums are
 * cumulative; no sample is written twice with two values.
 *
 * <pre>
 *  FeedRecord ──► EventTimeTable ──► Moment (snapshots at a time) ──► WriteRequest (protobuf, snappy) ──► RemoteWriter ──► HTTP
 * </pre>
 *
 * <p>Edges and lanes have no windows and are not written. Native and classic histograms go in requests of their own: a
 * Prometheus before 3.0 takes classic samples out of order, but not native ones, and refuses a request as a whole.
 */
package io.goroscope.sink.remote;
