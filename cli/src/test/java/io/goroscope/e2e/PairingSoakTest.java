package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.testbed.Requirements;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pairs under all at once, with random numbers from a seed that is printed; {@code -Dgoroscope.seed=N} repeats a run. */
class PairingSoakTest {

    private static final Duration SHORT = Duration.ofSeconds(20);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int GOROUTINES = 2000;
    private static final long LEAST_EVENTS = 20_000_000;
    private static final long FLAT_MIB = 32;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    @Test
    void shouldPairRightlyForTwentySeconds() {
        PairingSoak.Result result = new PairingSoak(SHORT, GOROUTINES, seed()).run();
        result.writeTo(Path.of("target/soak-short.md"));
        result.check();
    }

    @Test
    @Tag("soak")
    void shouldPairRightlyForTenMinutes() {
        PairingSoak.Result result = new PairingSoak(LONG, GOROUTINES, seed()).run();
        result.writeTo(Path.of("target/soak.md"));
        result.check();
        assertThat(result.events()).isGreaterThanOrEqualTo(LEAST_EVENTS);
        long first = result.heapMib().get(0);
        assertThat(result.heapMib()).last().satisfies(last -> assertThat(last - first)
                .as("growth of the heap, MiB")
                .isLessThan(FLAT_MIB));
    }

    private static long seed() {
        Long given = Long.getLong("goroscope.seed");
        return given != null ? given : ThreadLocalRandom.current().nextLong(1, 1L << 32);
    }
}
