package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.goroscope.collector.kernel.SteadyLoad;
import io.goroscope.testbed.Requirements;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker that is away for minutes while a collector has much to send: nothing is lost and the order holds, or, where
 * the spool is too small, what is lost is counted to the event.
 */
@Tag("soak")
class BrokerAwaySoakTest {

    /** {@code -Dgoroscope.soak.away.s=20} makes it shorter. */
    private static final long AWAY_S = Long.getLong("goroscope.soak.away.s", 300);

    private static final int EVENTS_PER_S = 100_000;
    private static final int GREETS_PER_S = 15_000;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long BEFORE_AND_AFTER_S = 10;

    @TempDir
    private Path folder;

    private SpooledGreeter greeter;

    @BeforeEach
    void start() {
        Requirements.require("bpf");
        greeter = SpooledGreeter.start(folder, 4, GREETS_PER_S);
    }

    @AfterEach
    void stop() {
        greeter.close();
    }

    @Test
    void shouldLoseNothingOfAHundredThousandEventsASecond() throws Exception {
        try (Terminal collect = greeter.collect(List.of(), "--spool-max", "4096")) {
            long written = load(collect, AWAY_S);
            CollectorReport report = CollectorReport.end(collect);
            ArrivedEvents arrived = greeter.arrived();

            assertThat(report).isEqualTo(new CollectorReport(0, written, 0, 0));
            assertThat(arrived.events(ArrivedEvents::all)).isEqualTo(written);
            assertThat(arrived.missingBatches(ArrivedEvents::all)).isZero();
            assertThat(arrived.lost(ArrivedEvents::all)).isZero();
        }
    }

    @Test
    void shouldCountToTheEventWhatASmallSpoolLoses() throws Exception {
        try (Terminal collect = greeter.collect(List.of(), "--spool-max", "4")) {
            long written = load(collect, Math.min(AWAY_S, 60));
            CollectorReport report = CollectorReport.end(collect);
            ArrivedEvents arrived = greeter.arrived();

            assertThat(report.events()).isEqualTo(written);
            assertThat(report.refused()).isPositive();
            assertThat(arrived.events(ArrivedEvents::all)).isEqualTo(written - report.refused());
            assertThat(arrived.lost(ArrivedEvents::all)).isEqualTo(report.refused());
        }
    }

    @Test
    void shouldLoseNothingOfRealCalls() throws Exception {
        try (Terminal collect = greeter.collect(List.of(), "--spool-max", "1024")) {
            int loads = greetFor(BEFORE_AND_AFTER_S);
            greeter.broker().stop();
            loads += greetFor(AWAY_S);
            greeter.broker().start();
            collect.awaitDirect();
            loads += greetFor(BEFORE_AND_AFTER_S);
            greeter.program().finish();
            CollectorReport report = CollectorReport.end(collect);
            ArrivedEvents arrived = greeter.arrived();

            long calls = loads * (1L + GREETS_PER_S);
            System.err.printf("%d calls in %d s%n", calls, AWAY_S + 2 * BEFORE_AND_AFTER_S);
            assertThat(report).isEqualTo(new CollectorReport(calls, 2 * calls, 0, 0));
            assertThat(arrived.events(ArrivedEvents::all)).isEqualTo(2 * calls);
            assertThat(arrived.missingBatches(ArrivedEvents::all)).isZero();
            assertThat(greeter.counts().calls(series -> true))
                    .isEqualTo(Map.of("main.greet", (long) loads, "fmt.Fprintln", (long) loads * GREETS_PER_S));
        }
    }

    /** Made-up calls before, while and after the broker is away. Returns how many events were written. */
    private long load(Terminal collect, long awayS) throws Exception {
        try (SteadyLoad load =
                SteadyLoad.start((int) collect.pid(), greeter.program().pid(), EVENTS_PER_S)) {
            sleep(BEFORE_AND_AFTER_S);
            greeter.broker().stop();
            sleep(awayS);
            greeter.broker().start();
            long beginNs = System.nanoTime();
            collect.awaitDirect();
            System.err.printf(
                    "away for %d s at %d events/s; the spool was empty %.1f s after it came back%n",
                    awayS, EVENTS_PER_S, (System.nanoTime() - beginNs) / 1e9);
            sleep(BEFORE_AND_AFTER_S);
            assertThat(load.lost()).as("events without room in the ring").isZero();
            long written = load.stop();
            long leastS = awayS + 2 * BEFORE_AND_AFTER_S;
            assertThat(written).as("events in %d s", leastS).isGreaterThan(leastS * EVENTS_PER_S * 9 / 10);
            return written;
        }
    }

    /** A line each second, as long as the program keeps up. Returns how many lines. */
    private int greetFor(long seconds) {
        long begin = System.nanoTime();
        for (int i = 0; i < seconds; i++) {
            greeter.program().greet(1);
            long nextNs = begin + (i + 1) * SECOND_NS;
            LockSupport.parkNanos(nextNs - System.nanoTime());
        }
        assertThat((double) (System.nanoTime() - begin))
                .as("15,000 calls a second were to be made")
                .isCloseTo((double) seconds * SECOND_NS, withinPercentage(20));
        return (int) seconds;
    }

    private static void sleep(long seconds) {
        long end = System.nanoTime() + seconds * SECOND_NS;
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
