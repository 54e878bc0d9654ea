package io.goroscope.collector.budget;

import io.goroscope.collector.kernel.FunctionModes;
import io.goroscope.collector.publish.ModeChange;
import io.goroscope.schemas.ModeDetail;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The cycles of cycled functions: in each, calls that begin within a window are timed. Their returns stay probed as long
 * again, so that a call is timed or not by when it begins, not by how long it takes: else short ones would be too many.
 */
final class Windows {

    private static final long PERIOD_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long WINDOW_NS = (long) (PERIOD_NS * HitPrices.CYCLE_SHARE);

    private enum Phase {
        RESTING,
        OPEN,
        CLOSED
    }

    private final FunctionModes modes;
    private final Consumer<List<ModeChange>> announcer;
    private Phase phase = Phase.RESTING;
    private BitSet slots = new BitSet();
    private AutoCloseable returns = () -> {};
    private long begunNs;

    Windows(FunctionModes modes, Consumer<List<ModeChange>> announcer) {
        this.modes = modes;
        this.announcer = announcer;
    }

    /** Does what is due, and says when next to ask. */
    long advance(long nowNs, BitSet cycled) {
        switch (phase) {
            case RESTING -> {
                if (!cycled.isEmpty() && nowNs - begunNs >= PERIOD_NS) {
                    open(cycled);
                }
            }
            case OPEN -> {
                if (nowNs - begunNs >= WINDOW_NS) {
                    slots.stream().forEach(slot -> modes.send(slot, false, true));
                    announce(ModeDetail.WINDOW_CLOSED);
                    phase = Phase.CLOSED;
                }
            }
            case CLOSED -> {
                if (nowNs - begunNs >= 2 * WINDOW_NS) {
                    end();
                }
            }
        }
        return switch (phase) {
            // Where nothing is cycled, the last window may be long ago.
            case RESTING -> (cycled.isEmpty() ? nowNs : begunNs) + PERIOD_NS;
            case OPEN -> begunNs + WINDOW_NS;
            case CLOSED -> begunNs + 2 * WINDOW_NS;
        };
    }

    private void open(BitSet cycled) {
        slots = (BitSet) cycled.clone();
        returns = modes.probeReturnsForAWhile(slots);
        announce(ModeDetail.WINDOW);
        begunNs = System.nanoTime();
        slots.stream().forEach(slot -> modes.send(slot, true, true));
        phase = Phase.OPEN;
    }

    /** Ends a window that is open. */
    void end() {
        if (phase == Phase.RESTING) {
            return;
        }
        slots.stream().forEach(slot -> modes.send(slot, false, false));
        try {
            returns.close();
        } catch (Exception e) {
            throw new IllegalStateException("cannot detach the returns of cycled functions", e);
        }
        announce(ModeDetail.WINDOW_OVER);
        phase = Phase.RESTING;
    }

    private void announce(String detail) {
        announcer.accept(
                slots.stream().mapToObj(slot -> new ModeChange(slot, detail)).toList());
    }
}
