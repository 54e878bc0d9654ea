package io.goroscope.collector.budget;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Decides on which rung each function stands. Pure: it knows calls per second, prices and the time that it is told.
 *
 * <p>It does not oscillate. Steps down begin above the budget and end at {@value #DOWN_TO} of it; steps up begin below
 * {@value #UP_BELOW} and end at {@value #UP_TO}: between lies room for loads that vary. A function that stepped down waits
 * before it steps up, twice as long each time. The rate of a function that is off cannot be seen; the last one is
 * remembered, and forgotten slowly.
 */
public final class Ladder {

    static final double DOWN_TO = 0.8;
    static final double UP_BELOW = 0.6;
    static final double UP_TO = 0.7;

    /** Each cycle tells every lane of each cycled function. */
    static final int MOST_CYCLED = 32;

    private static final long FIRST_WAIT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long LONGEST_WAIT_NS = TimeUnit.MINUTES.toNanos(30);
    private static final double HALF_LIFE_NS = TimeUnit.MINUTES.toNanos(5);
    private static final long SETTLE_NS = TimeUnit.SECONDS.toNanos(3);

    private Limits limits;
    private final Rung[] rungs;
    private final Rung[] tops;
    private final BitSet stepped;
    private final double[] remembered;
    private final long[] waitNs;
    private final long[] upAtNs;
    private HitPrices prices;
    private int cycled;
    private long quietUntilNs = Long.MIN_VALUE;
    private long rememberedAtNs = Long.MIN_VALUE;

    /**
     * A step of one function.
     *
     * @param slot the function
     */
    public record Step(int slot, Rung from, Rung to) {}

    /**
     * @param functions how many there are; they are named by their slots
     * @param timeable those whose calls can be timed
     * @param stepped those whose entry the kernel single-steps
     */
    public Ladder(int functions, BitSet timeable, BitSet stepped, HitPrices prices, Limits limits) {
        this.limits = limits;
        this.prices = prices;
        this.stepped = (BitSet) stepped.clone();
        this.rungs = new Rung[functions];
        this.tops = new Rung[functions];
        for (int slot = 0; slot < functions; slot++) {
            tops[slot] = timeable.get(slot) ? Rung.PAIRS : Rung.COUNTS;
            rungs[slot] = Rung.COUNTS;
        }
        this.remembered = new double[functions];
        this.waitNs = new long[functions];
        this.upAtNs = new long[functions];
        Arrays.fill(waitNs, FIRST_WAIT_NS);
        Arrays.fill(upAtNs, Long.MIN_VALUE);
    }

    /** Where a function stands. */
    public Rung rung(int slot) {
        return rungs[slot];
    }

    /** The best that a function can have. */
    public Rung top(int slot) {
        return tops[slot];
    }

    /** The functions on a rung. */
    public BitSet on(Rung rung) {
        BitSet found = new BitSet();
        for (int slot = 0; slot < rungs.length; slot++) {
            if (rungs[slot] == rung) {
                found.set(slot);
            }
        }
        return found;
    }

    /** From now on hits cost this. */
    public void price(HitPrices now) {
        prices = now;
    }

    /** From now on tracing may cost this. */
    void limit(Limits now) {
        limits = now;
    }

    /** The worst of what processes and host take, as a part of what they may: above 1 is over the budget. */
    public double load(double[][] rates) {
        return load(processCosts(rates));
    }

    /** The same by what each process costs. */
    double load(double[] processCosts) {
        return Math.max(
                DoubleStream.of(processCosts).sum() / limits.hostNs(),
                DoubleStream.of(processCosts).max().orElse(0) / limits.processNs());
    }

    /** Ns of CPU time per second that calls at these rates cost now, of each process. */
    double[] processCosts(double[][] rates) {
        return Stream.of(rates).mapToDouble(this::cost).toArray();
    }

    /** Ns of CPU time per second that calls at these rates cost now, in all processes. */
    double cost(double[][] rates) {
        return cost(sum(rates));
    }

    /** Ns of CPU time per second that calls at these rates cost now. */
    double cost(double[] rates) {
        double cost = 0;
        for (int slot = 0; slot < rates.length; slot++) {
            if (rates[slot] > 0) {
                cost += rates[slot] * price(slot, rungs[slot]);
            }
        }
        return cost;
    }

    /** The same for each function, of all processes: by slot. */
    double[] costs(double[][] rates) {
        double[] costs = sum(rates);
        for (int slot = 0; slot < costs.length; slot++) {
            costs[slot] *= price(slot, rungs[slot]);
        }
        return costs;
    }

    /** Begins anew: everything on the best rung, but for what does not fit. */
    public List<Step> plan(long nowNs, double[][] rates) {
        remember(nowNs, sum(rates));
        Rung[] before = rungs.clone();
        double[][] all = expected(rates);
        System.arraycopy(tops, 0, rungs, 0, rungs.length);
        cycled = 0;
        lower(nowNs, all);
        return steps(before);
    }

    /** Steps down where the budget is exceeded, or up where there is room. */
    public List<Step> decide(long nowNs, double[][] rates) {
        double[] host = sum(rates);
        remember(nowNs, host);
        Rung[] before = rungs.clone();
        if (load(rates) > 1) {
            lower(nowNs, rates);
        } else if (nowNs >= quietUntilNs) {
            raise(nowNs, rates, host);
        }
        return steps(before);
    }

    /** Everything off, at once. */
    public List<Step> drop(long nowNs, double[][] rates) {
        remember(nowNs, sum(rates));
        Rung[] before = rungs.clone();
        Arrays.fill(rungs, Rung.OFF);
        cycled = 0;
        return steps(before);
    }

    private void lower(long nowNs, double[][] rates) {
        for (double[] process : rates) {
            lower(nowNs, process, limits.processNs());
        }
        lower(nowNs, sum(rates), limits.hostNs());
    }

    private void lower(long nowNs, double[] rates, double limitNs) {
        double total = cost(rates);
        if (total <= limitNs) {
            return;
        }
        PriorityQueue<Integer> dearest =
                new PriorityQueue<>(Comparator.comparingDouble((Integer slot) -> rates[slot] * price(slot, rungs[slot]))
                        .reversed());
        for (int slot = 0; slot < rates.length; slot++) {
            if (rates[slot] > 0 && rungs[slot] != Rung.OFF) {
                dearest.add(slot);
            }
        }
        while (total > DOWN_TO * limitNs && !dearest.isEmpty()) {
            int slot = dearest.remove();
            Rung next = below(rungs[slot]);
            total += rates[slot] * (price(slot, next) - price(slot, rungs[slot]));
            stand(slot, next);
            upAtNs[slot] = nowNs + waitNs[slot];
            if (next != Rung.OFF) {
                dearest.add(slot);
            }
        }
        quietUntilNs = nowNs + SETTLE_NS;
    }

    private void raise(long nowNs, double[][] rates, double[] host) {
        double load = load(rates);
        if (load >= UP_BELOW) {
            return;
        }
        List<Integer> cheapest = IntStream.range(0, rungs.length)
                .filter(slot -> rungs[slot] != tops[slot] && nowNs >= upAtNs[slot])
                .boxed()
                .sorted(Comparator.comparingDouble(slot -> extra(slot, host)))
                .toList();
        double most = Math.min(limits.processNs(), limits.hostNs());
        for (int slot : cheapest) {
            double after = load + extra(slot, host) / most;
            if (after > UP_TO) {
                break;
            }
            load = after;
            stand(slot, above(rungs[slot]));
            // Should it not last, the next wait is twice as long.
            waitNs[slot] = Math.min(LONGEST_WAIT_NS, 2 * waitNs[slot]);
            upAtNs[slot] = nowNs + SETTLE_NS;
            quietUntilNs = nowNs + SETTLE_NS;
        }
    }

    /** What a step up would add, ns per second: as if all its calls were of the process that has most. */
    private double extra(int slot, double[] host) {
        double rate = rungs[slot] == Rung.OFF ? remembered[slot] : host[slot];
        return rate * (price(slot, above(rungs[slot])) - price(slot, rungs[slot]));
    }

    private Rung below(Rung rung) {
        Rung next = rung.below();
        return next == Rung.CYCLED && cycled >= MOST_CYCLED ? next.below() : next;
    }

    private Rung above(Rung rung) {
        Rung next = rung.above();
        return next == Rung.CYCLED && cycled >= MOST_CYCLED ? next.above() : next;
    }

    private void stand(int slot, Rung next) {
        cycled += (next == Rung.CYCLED ? 1 : 0) - (rungs[slot] == Rung.CYCLED ? 1 : 0);
        rungs[slot] = next;
    }

    private double price(int slot, Rung rung) {
        return prices.perCallNs(rung, stepped.get(slot));
    }

    private void remember(long nowNs, double[] host) {
        double kept = rememberedAtNs == Long.MIN_VALUE ? 1 : Math.pow(0.5, (nowNs - rememberedAtNs) / HALF_LIFE_NS);
        rememberedAtNs = nowNs;
        for (int slot = 0; slot < rungs.length; slot++) {
            remembered[slot] = rungs[slot] == Rung.OFF ? kept * remembered[slot] : host[slot];
        }
    }

    /** The rates as they are to be expected: what is off has the remembered one, in the process that has most. */
    private double[][] expected(double[][] rates) {
        if (rates.length == 0) {
            return rates;
        }
        double[][] all = new double[rates.length][];
        int busiest = 0;
        for (int i = 0; i < rates.length; i++) {
            all[i] = rates[i].clone();
            busiest = cost(rates[i]) > cost(rates[busiest]) ? i : busiest;
        }
        for (int slot = 0; slot < rungs.length; slot++) {
            if (rungs[slot] == Rung.OFF) {
                all[busiest][slot] = remembered[slot];
            }
        }
        return all;
    }

    private double[] sum(double[][] rates) {
        double[] sum = new double[rungs.length];
        for (double[] process : rates) {
            for (int slot = 0; slot < sum.length; slot++) {
                sum[slot] += process[slot];
            }
        }
        return sum;
    }

    /** Where all stand, by slot. */
    Rung[] rungs() {
        return rungs.clone();
    }

    /** The steps from then to now, each function's in one. */
    List<Step> steps(Rung[] before) {
        List<Step> steps = new ArrayList<>();
        for (int slot = 0; slot < rungs.length; slot++) {
            if (rungs[slot] != before[slot]) {
                steps.add(new Step(slot, before[slot], rungs[slot]));
            }
        }
        return steps;
    }
}
