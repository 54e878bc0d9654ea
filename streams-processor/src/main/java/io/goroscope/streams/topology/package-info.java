/**
 * The Streams job: {@link io.goroscope.streams.lane.LaneSet} fed from Kafka, exactly once.
 *
 * <pre>
 *  goroscope.events ─┐                               ┌─► goroscope.totals
 *                    ├─► {@link io.goroscope.streams.topology.LaneProcessor} ──┼─► goroscope.latency
 *  goroscope.counts ─┘        │                      ├─► goroscope.health
 *                             ▼                      └─► goroscope.deadletter
 *                  lanes (store, changelog)
 * </pre>
 *
 * <p>The state lives on the heap in primitives. What makes it exact is the journal in the store (docs/adr/001): every
 * record is put, as it is, into the store before it is applied, and now and then the state that changed is put and
 * the journal emptied. Whatever a transaction commits, snapshot and journal together are the exact state of the offsets that
 * it commits. {@link io.goroscope.streams.topology.Journal} has the rules.
 *
 * <p>Partition p of both inputs makes task p, which has the lanes of that partition; a lane never leaves its partition, so
 * nothing is repartitioned. {@link io.goroscope.streams.topology.StreamsJob} starts it all, and
 * {@link io.goroscope.streams.topology.BrokerWatch} does what Kafka leaves undone when a broker fails.
 */
package io.goroscope.streams.topology;
