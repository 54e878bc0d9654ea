package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.goroscope.testbed.Requirements;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A collector that is killed under load, and one whose machine's clock is set: the program is not harmed, and the numbers say so. */
class CollectorMishapsTest {

    private static final Path CLOCK = Path.of("src/test/native/clock.c");
    private static final int GREETS = 30_000;

    /** An entry and a return of each call that a load makes. */
    private static final long EVENTS_EACH = 2L * (GREETS + 1);

    @TempDir
    private Path folder;

    private SpooledGreeter greeter;

    @BeforeEach
    void start() {
        Requirements.require("bpf");
        greeter = SpooledGreeter.start(folder, 2, GREETS);
    }

    @AfterEach
    void stop() {
        greeter.close();
    }

    /** What the killed one has sent is whole up to its last batch, and open; what its successor has sent is exact. */
    @Test
    void shouldGoOnExactlyAfterAKillUnderLoad() throws Exception {
        int loads;
        try (Terminal killed = greeter.collect(List.of())) {
            greeter.program().greet(2);
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Integer> load = CompletableFuture.supplyAsync(() -> greetBeyond(over));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
            killed.signal("KILL");
            over.set(true);
            loads = 2 + load.join();
        }
        try (Terminal collect = greeter.collect(List.of())) {
            greeter.program().greet(2);
            greeter.program().finish();
            assertThat(CollectorReport.end(collect)).isEqualTo(new CollectorReport(EVENTS_EACH, 2 * EVENTS_EACH, 0, 0));
        }

        ArrivedEvents arrived = greeter.arrived();
        assertThat(arrived.epochs()).hasSize(2);
        long first = arrived.epochs().first();
        long second = arrived.epochs().last();
        assertThat(arrived.events(epoch -> epoch == first)).isBetween(1L, loads * EVENTS_EACH - 1);
        assertThat(arrived.lost(epoch -> epoch == first)).isZero();
        assertThat(arrived.ended(epoch -> epoch == first))
                .as("lanes that were said to end")
                .isZero();
        assertThat(arrived.events(epoch -> epoch == second)).isEqualTo(2 * EVENTS_EACH);
        assertThat(arrived.lost(epoch -> epoch == second)).isZero();
        assertThat(arrived.ended(epoch -> epoch == second)).isPositive();
        assertThat(arrived.missingBatches(ArrivedEvents::all)).isZero();
        PublishedCounts counts = greeter.counts();
        long greets = (long) loads * GREETS;
        assertThat(counts.calls(series -> series.epoch() == first).values()).allMatch(calls -> calls < greets);
        assertThat(counts.calls(series -> series.epoch() == second))
                .isEqualTo(Map.of("main.greet", 2L, "fmt.Fprintln", 2L * GREETS));
    }

    /** Greets until something is over, and once more: on any machine it outlasts that. Returns how often. */
    private int greetBeyond(AtomicBoolean over) {
        int times = 0;
        boolean last;
        do {
            last = over.get();
            greeter.program().greet(1);
            times++;
        } while (!last);
        return times;
    }

    /** By hours, in both directions: what is measured goes by CLOCK_MONOTONIC, which nobody can set. */
    @Test
    void shouldCountAndSendAllThoughTheClockIsSet() throws Exception {
        Path library = folder.resolve("clock.so");
        assertThat(new ProcessBuilder("gcc", "-shared", "-fPIC", "-O2", "-o", library.toString(), CLOCK.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        Path offset = folder.resolve("offset");
        setClock(offset, 0);
        List<String> stepped = List.of("env", "LD_PRELOAD=" + library, "CLOCK_OFFSET=" + offset);
        List<Integer> stepsH = List.of(0, 2, -1, 0);
        CollectorReport report;
        try (Terminal collect = greeter.collect(stepped)) {
            for (int hours : stepsH) {
                setClock(offset, hours);
                assertThat(nowS(stepped) - System.currentTimeMillis() / 1000)
                        .as("how far the clock is set, s")
                        .isCloseTo(TimeUnit.HOURS.toSeconds(hours), within(60L));
                greeter.program().greet(1);
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
            }
            greeter.program().finish();
            report = CollectorReport.end(collect);
        }

        System.err.println("with the clock set: " + report);
        assertThat(report)
                .isEqualTo(new CollectorReport(stepsH.size() * EVENTS_EACH / 2, stepsH.size() * EVENTS_EACH, 0, 0));
        ArrivedEvents arrived = greeter.arrived();
        assertThat(arrived.missingBatches(ArrivedEvents::all)).isZero();
        assertThat(arrived.events(ArrivedEvents::all)).isEqualTo(report.events());
        assertThat(greeter.counts().calls(series -> true))
                .isEqualTo(Map.of("main.greet", (long) stepsH.size(), "fmt.Fprintln", (long) stepsH.size() * GREETS));
    }

    private static void setClock(Path offset, int hours) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(offset.toFile(), "rw")) {
            file.writeLong(Long.reverseBytes(TimeUnit.HOURS.toSeconds(hours)));
        }
    }

    /** What a program that is started so takes for the time, s since 1970. */
    private static long nowS(List<String> by) throws IOException {
        List<String> words = new ArrayList<>(by);
        words.addAll(List.of("date", "+%s"));
        try (BufferedReader out = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .inputReader(StandardCharsets.US_ASCII)) {
            return Long.parseLong(out.readLine());
        }
    }
}
