/**
 * Reading whole topics into memory and staying at their ends.
 *
 * <p>A {@link io.goroscope.sink.feed.TopicFeed} assigns itself every partition of its topics, reads them from the
 * beginning with {@code read_committed}, and tells when it has passed the ends that it found at its start: what is in
 * memory is then at least as new as the start. It commits no offsets and is in no group, so any number of feeds may read
 * side by side. Records that cannot be read are counted and passed over, never fatal: one bad record must not blind a
 * dashboard.
 */
package io.goroscope.sink.feed;
