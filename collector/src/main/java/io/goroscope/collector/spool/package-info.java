/**
 * A bounded queue on disk between the collector and a broker that is away or slow.
 *
 * <pre>
 *                    ┌── the broker keeps up ──────────────────────────────┐
 *  offer(record) ────┤                                                     ├──► Delivery ──► Kafka
 *                    └── else ──► events-N.avro … events-M.avro ──(drain)──┘
 *                                 oldest, sent first   newest, written
 * </pre>
 *
 * <p>Records go straight to the producer as long as it has room. From the first that it turns away on, all go to the end of
 * the queue, and a thread sends the queue's beginning; when it is empty the direct way is open again. So the order within
 * a lane never changes. A segment is removed when the broker has all of it, so what a crash leaves behind is sent again by
 * the next start, and the batches' numbers tell readers which of them they have.
 *
 * <p>Segments are capture files: {@code goroscope replay} reads them too. When the queue is larger than its bound, its
 * oldest segment is given up and its events are counted, each to its process. The dictionary, whose few records nothing
 * repeats, has segments of its own that are never given up.
 */
package io.goroscope.collector.spool;
