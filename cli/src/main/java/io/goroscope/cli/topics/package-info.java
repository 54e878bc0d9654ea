/**
 * The topics that the pipeline needs, made and checked.
 *
 * <p>How a topic is set up is part of what makes the totals right: a compacted events topic loses batches, a totals topic
 * that is not compacted loses series, and a partition count that changes moves a lane to another task in the middle of a
 * call. So nothing here ever changes a topic that exists: it fits, or it is refused with the reason.
 */
package io.goroscope.cli.topics;
