package io.goroscope.cli.demo;

import io.goroscope.cli.broker.FreePort;

/**
 * Ports of the demo's own parts. Prometheus is told them before they are there, so they are chosen first.
 *
 * @param job where the Streams job serves its metrics
 * @param sink where the sink serves
 * @param page where the page is to serve, or 0 for a free one
 */
record DemoPorts(int job, int sink, int page) {

    /** Free ones, but for the page's. */
    static DemoPorts free(int page) {
        return new DemoPorts(FreePort.find(), FreePort.find(), page);
    }

    String jobAddress() {
        return "127.0.0.1:" + job;
    }

    String sinkAddress() {
        return "127.0.0.1:" + sink;
    }
}
