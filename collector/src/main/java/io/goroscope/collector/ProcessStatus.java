package io.goroscope.collector;

/**
 * How a traced process stands, since its tracing began.
 *
 * @param pid process id in the initial namespace
 * @param startTicks its start, clock ticks since boot
 * @param service service name
 * @param exe path of its executable
 * @param events events that went into batches
 * @param lostInRing events that the full ring buffer turned away
 * @param refused events in batches that the sink refused
 * @param calls exact calls, as of the last reading of the counters
 */
public record ProcessStatus(
        int pid, long startTicks, String service, String exe, long events, long lostInRing, long refused, long calls) {}
