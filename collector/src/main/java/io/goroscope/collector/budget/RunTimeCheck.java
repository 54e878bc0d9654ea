package io.goroscope.collector.budget;

import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.RunStatistics;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Holds the estimate against the time that the kernel measures in our programs, for a second of each minute: measuring costs
 * some tens of ns a hit. The estimate has the trap as well, so the programs alone take less than it says; where they take
 * more, it is too low.
 */
final class RunTimeCheck {

    private static final long EVERY_NS = TimeUnit.MINUTES.toNanos(1);
    private static final long FIRST_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long LENGTH_NS = TimeUnit.SECONDS.toNanos(1);
    private static final double NS_PER_S = 1e9;

    /** So much cost says something, ns per second. */
    private static final double ENOUGH = 1e6;

    private final ProbeSession session;
    private final CallRates rates;
    private long nextNs = System.nanoTime() + FIRST_NS;
    private Optional<AutoCloseable> counting = Optional.empty();
    private RunStatistics before;
    private long begunNs;
    private long stepsThen;

    RunTimeCheck(ProbeSession session) {
        this.session = session;
        this.rates = new CallRates(session);
    }

    /**
     * Does what is due.
     *
     * @param steps of functions so far: what was measured over a step says nothing
     * @param cost of calls at some rates, ns per second
     * @return measured by estimated, where a measurement has just ended
     */
    Optional<Double> tick(long nowNs, long steps, ToDoubleFunction<double[][]> cost) {
        if (nowNs < nextNs) {
            return Optional.empty();
        }
        if (counting.isEmpty()) {
            counting = session.countRunTime();
            before = session.runStatistics();
            rates.since(nowNs);
            begunNs = nowNs;
            stepsThen = steps;
            // Without the right to it there is no other try.
            nextNs = counting.isEmpty() ? Long.MAX_VALUE : nowNs + LENGTH_NS;
            return Optional.empty();
        }
        double measured = (session.runStatistics().timeNs() - before.timeNs()) * NS_PER_S / (nowNs - begunNs);
        double estimated = cost.applyAsDouble(rates.since(nowNs));
        end();
        nextNs = nowNs + EVERY_NS;
        return steps != stepsThen || estimated < ENOUGH ? Optional.empty() : Optional.of(measured / estimated);
    }

    /** Ends a measurement that is under way. */
    void end() {
        try {
            if (counting.isPresent()) {
                counting.get().close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("cannot end counting run time", e);
        }
        counting = Optional.empty();
    }
}
