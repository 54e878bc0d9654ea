/**
 * What becomes of the records of a partition: the state of each lane, and the output records that follow from it. No
 * Kafka and no clock: the Streams job and offline replay feed the same {@link io.goroscope.streams.lane.LaneSet}.
 *
 * <p>A lane's state depends on nothing but the records of that lane, in their order: so it does not matter which lanes
 * share a partition, nor how their records are mixed, and a replay ends in the same values. Its time is its own, the latest that
 * its batches brought. Batches may come twice or be missing: their sequence numbers tell, and a gap taints what was open.
 *
 * <pre>
 *  record ──check──► (journal) ──apply──► Pairing ──► FunctionSeries, Window, Edge, health   ──send──► output records
 *                                                                                            ──save──► snapshot entries
 * </pre>
 *
 * <p>Checking can fail and changes nothing; applying changes state and cannot fail. What changed is sent and saved some time
 * later, each piece of state at most once however often it changed in between ({@link io.goroscope.streams.lane.Tracked}).
 * A snapshot notes what was not sent yet, so that it is sent after a restart.
 */
package io.goroscope.streams.lane;
