package io.goroscope.streams.crash;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/** Whether something has stayed the same for some seconds. */
final class AtRest {

    private static final Duration QUIET = Duration.ofSeconds(3);

    private final Supplier<Object> state;
    private Object last;
    private long sinceNs;

    AtRest(Supplier<Object> state) {
        this.state = state;
    }

    boolean isAtRest() {
        Object now = state.get();
        if (last == null || !Objects.equals(now, last)) {
            last = now;
            sinceNs = System.nanoTime();
            return false;
        }
        return System.nanoTime() - sinceNs > QUIET.toNanos();
    }
}
