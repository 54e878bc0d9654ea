package io.goroscope.e2e;

import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.pairing.CallSink;
import io.goroscope.testbed.Observed;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** Counts what a pairing finds, by function. */
final class Tally implements CallSink {

    private static final class Counts {
        long paired;
        long unmatched;
        long uncertain;
        final Map<AbandonReason, Long> abandoned = new EnumMap<>(AbandonReason.class);

        long abandoned(AbandonReason reason) {
            return abandoned.getOrDefault(reason, 0L);
        }
    }

    /** A caller and a callee, by their numbers. */
    record Edge(int caller, int function) {}

    private final Map<Integer, Counts> counts = new HashMap<>();
    private final Map<Edge, Long> edges = new HashMap<>();

    private Counts of(int function) {
        return counts.computeIfAbsent(function, unused -> new Counts());
    }

    @Override
    public void entered(int function, long timeNs) {
        // A call that begins ends as one of the others, at the end of the process at the latest.
    }

    @Override
    public void paired(int function, int caller, long durationNs, long selfNs, long timeNs, long identity, int what) {
        of(function).paired++;
        edges.merge(new Edge(caller, function), 1L, Long::sum);
    }

    @Override
    public void abandoned(int function, AbandonReason reason, long openNs, long timeNs) {
        of(function).abandoned.merge(reason, 1L, Long::sum);
    }

    @Override
    public void unmatched(int function, long timeNs) {
        of(function).unmatched++;
    }

    @Override
    public void uncertain(int function, long timeNs) {
        of(function).uncertain++;
    }

    long edge(int caller, int function) {
        return edges.getOrDefault(new Edge(caller, function), 0L);
    }

    /**
     * What is known of a function.
     *
     * @param calls from the exact counters
     */
    Observed observed(int function, long calls) {
        Counts c = of(function);
        return new Observed(
                calls,
                c.paired,
                c.abandoned(AbandonReason.PANIC),
                c.abandoned(AbandonReason.GOEXIT),
                c.abandoned(AbandonReason.PROCESS_END),
                c.abandoned(AbandonReason.GOROUTINE_END)
                        + c.abandoned(AbandonReason.DETACH)
                        + c.abandoned(AbandonReason.UNKNOWN),
                c.unmatched,
                c.uncertain);
    }
}
