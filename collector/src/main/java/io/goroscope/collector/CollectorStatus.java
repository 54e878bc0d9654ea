package io.goroscope.collector;

import io.goroscope.collector.publish.RecordSink;

/**
 * How a collector stands; all counts since it started.
 *
 * @param processes processes traced now
 * @param events events that went into batches
 * @param lost events that the full ring buffer turned away
 * @param refused events in batches that the sink refused or could not deliver
 * @param calls exact calls, as of the last reading of the counters
 */
public record CollectorStatus(int processes, long events, long lost, long refused, long calls) {

    static final CollectorStatus NONE = new CollectorStatus(0, 0, 0, 0, 0);

    CollectorStatus plus(CollectorStatus other) {
        return new CollectorStatus(
                processes + other.processes,
                events + other.events,
                lost + other.lost,
                refused + other.refused,
                calls + other.calls);
    }

    /** With what the sink took and could not hand on. */
    CollectorStatus plus(RecordSink sink) {
        return new CollectorStatus(processes, events, lost, refused + sink.lost(), calls);
    }
}
