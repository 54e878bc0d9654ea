package io.goroscope.cli.demo;

/** Where the demo's events come from: probes, or a capture. Closing it stops the events; what came stays. */
sealed interface CallSource extends AutoCloseable permits LiveSource, ReplayedSource {

    /**
     * How much has come since the start.
     *
     * @param calls exact calls, as the kernel counted them
     * @param events events that were published
     * @param lost events that were lost, anywhere
     */
    record Status(long calls, long events, long lost) {}

    /** How it stands now. */
    Status status();

    /** Throws what made it end by itself, if something did. */
    void checkAlive();

    /** True where the events are of the past. */
    boolean isReplay();

    @Override
    void close();
}
