package io.goroscope.cli.trace;

/** Where events go. */
interface TraceOutput {

    /** Before the first event. */
    void begin();

    void print(TraceEvent event);
}
