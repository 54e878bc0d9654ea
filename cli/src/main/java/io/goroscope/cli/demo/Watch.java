package io.goroscope.cli.demo;

import io.goroscope.cli.Interruption;
import java.util.concurrent.TimeUnit;

/** Shows how the demo goes, once a second, until it is to end; ends it where a part gives up. */
final class Watch {

    private static final long POLL_MS = 100;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final DemoSteps steps;
    private final StatusLine line;
    private final Pipeline pipeline;
    private final CallSource source;
    private final PrometheusProcess prometheus;
    private final ProbeLoad load;
    private final Rates rates = new Rates();

    Watch(
            DemoSteps steps,
            StatusLine line,
            Pipeline pipeline,
            CallSource source,
            PrometheusProcess prometheus,
            ProbeLoad load) {
        this.steps = steps;
        this.line = line;
        this.pipeline = pipeline;
        this.source = source;
        this.prometheus = prometheus;
        this.load = load;
        rates.add(System.nanoTime(), source.status());
    }

    /**
     * Watches.
     *
     * @param seconds how long, or 0 until the user ends it
     * @return how long it was, seconds
     */
    double run(int seconds) {
        long start = System.nanoTime();
        long end = seconds == 0 ? Long.MAX_VALUE : start + seconds * SECOND_NS;
        long next = start + SECOND_NS;
        boolean firstPair = false;
        while (System.nanoTime() < end && !Interruption.await(POLL_MS, TimeUnit.MILLISECONDS)) {
            if (!firstPair && pipeline.isFirstPairSeen()) {
                firstPair = true;
                line.println(steps.firstPair(steps.sinceBeginS()));
            }
            if (System.nanoTime() >= next) {
                next += SECOND_NS;
                checkAlive();
                update((System.nanoTime() - start) / SECOND_NS);
            }
        }
        line.end();
        return (System.nanoTime() - start) / (double) SECOND_NS;
    }

    private void checkAlive() {
        pipeline.checkAlive();
        prometheus.checkAlive();
        source.checkAlive();
    }

    private void update(long elapsedS) {
        CallSource.Status now = source.status();
        rates.add(System.nanoTime(), now);
        load.update(rates.callsPerS(), rates.eventsPerS());
        DemoStatus status = new DemoStatus(
                elapsedS, rates.callsPerS(), rates.eventsPerS(), now.lost(), pipeline.pairs(), load.percent());
        line.update(status.toLine(pipeline.pageUrl()));
    }
}
