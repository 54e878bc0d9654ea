package io.goroscope.collector.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BreakerTest {

    private static final long S = TimeUnit.SECONDS.toNanos(1);

    private final Breaker breaker = new Breaker();

    @Test
    void shouldTripAtTwiceTheBudgetAndOnce() {
        assertThat(breaker.trips(0, 1.99)).isFalse();
        assertThat(breaker.trips(1, 2)).isTrue();
        assertThat(breaker.isOpen()).isTrue();
        assertThat(breaker.trips(2, 100)).isFalse();
        assertThat(breaker.trips()).isEqualTo(1);
    }

    @Test
    void shouldWaitTwiceAsLongEachTimeAndForgiveInTheEnd() {
        long now = 0;
        for (long pause = 1; pause <= 64; pause *= 2) {
            assertThat(breaker.trips(now, 3)).isTrue();
            assertThat(breaker.closes(now + pause * S - 1)).isFalse();
            assertThat(breaker.closes(now + pause * S)).isTrue();
            assertThat(breaker.closes(now + pause * S)).isFalse();
            now += pause * S;
        }
        now += 301 * S;
        assertThat(breaker.trips(now, 3)).isTrue();
        assertThat(breaker.closes(now + S)).isTrue();
    }
}
