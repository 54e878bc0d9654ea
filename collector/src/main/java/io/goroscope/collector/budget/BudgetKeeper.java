package io.goroscope.collector.budget;

import io.goroscope.collector.kernel.FunctionModes;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.Removal;
import io.goroscope.collector.publish.ModeChange;
import io.goroscope.collector.thread.ThreadEnd;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one session under its budget, on a thread of its own: looks at the counters, has {@link Ladder} decide, changes
 * what is probed, and tells the stream.
 *
 * <p>At first everything is counted and nothing timed, for as long as it takes to see how much is called; from that the
 * first plan is made.
 *
 * <p>The marker of goroutines' ends costs as well: in the ladder it stands behind the functions, as one that is counted or
 * off.
 */
public final class BudgetKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BudgetKeeper.class);
    private static final double NS_PER_S = 1e9;
    private static final long SURVEY_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int MOST_LOOKS = 8;
    /** A program that does all its work once a second is no reason to let everything go. */
    private static final long SHORTEST_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long DECIDE_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long QUIET_DECIDE_NS = 4 * DECIDE_NS;
    /** Where no more than this part of the budget can be in use, nothing has to go, and what may come back can wait. */
    private static final double QUIET = 0.5;

    private static final long TRIAL_NS = TimeUnit.SECONDS.toNanos(3);

    /** Below that load the breaker is far away. */
    private static final double WORTH_ARRANGING = 0.2;

    private static final double ARRANGED = 0.9;
    private static final long ARRANGE_NS = TimeUnit.SECONDS.toNanos(30);

    private static final long BOUND_NS = 2 * TICK_NS;

    private final HitPrices prices;
    private final HostBudget host;
    private final RunTimeCheck check;
    private final FunctionModes modes;
    /** The place of the goroutines' ends in the ladder. */
    private final int ends;

    private final Ladder ladder;
    private final Breaker breaker = new Breaker();
    private final Windows windows;
    private final CostBound bound;
    private final CallRates fast;
    private final CallRates slow;
    private final Consumer<List<ModeChange>> announcer;
    private final Thread thread = new Thread(this::run, "goroscope-budget");
    private final BitSet onTrial = new BitSet();
    private volatile boolean closing;
    private volatile BudgetStatus status = BudgetStatus.NONE;
    private volatile Optional<Removal> lastRemoval = Optional.empty();
    private volatile BitSet probes = new BitSet();
    private long trialUntilNs;
    private long decidedNs;
    private long steps;
    private double load;
    private double measured;
    private Map<Integer, Double> costs = Map.of();
    private BitSet cycled = new BitSet();
    private double[][] lastRates = new double[0][];
    private boolean trialFailed;
    private long arrangeNs = Long.MIN_VALUE;
    private long lookedNs;
    private boolean looking;
    private long boundNs;
    /** The load of now is at most this. */
    private double mostLoad;

    BudgetKeeper(ProbeSession session, HitPrices prices, HostBudget host, Consumer<List<ModeChange>> announcer) {
        this.prices = prices;
        this.host = host;
        this.modes = session.modes();
        this.ends = session.slots();
        this.ladder = new Ladder(ends + 1, modes.timeable(), modes.stepped(), prices, host.limits(this));
        this.check = new RunTimeCheck(session);
        this.announcer = announcer;
        this.windows = new Windows(modes, announcer);
        this.bound = new CostBound(session);
        this.fast = new CallRates(session);
        this.slow = new CallRates(session);
    }

    void start() {
        thread.start();
    }

    /** How things stand. */
    public BudgetStatus status() {
        return status;
    }

    /** The functions that have probes, as of the last decision, by their slots. */
    public BitSet probes() {
        return (BitSet) probes.clone();
    }

    /** How fast everything was detached when the breaker tripped last; empty where it never did. */
    public Optional<Removal> lastRemoval() {
        return lastRemoval;
    }

    private void run() {
        try {
            survey();
            while (!closing) {
                long now = System.nanoTime();
                tick(now);
                long rest = mostLoad < QUIET ? BOUND_NS : TICK_NS;
                long next = breaker.isOpen() || closing ? now + rest : windows.advance(now, cycled);
                LockSupport.parkNanos(Math.max(1, Math.min(rest, next - System.nanoTime())));
            }
            windows.end();
            check.end();
        } catch (RuntimeException e) {
            // Without a keeper there must be no cost that nobody bounds.
            LOG.error("the budget cannot be kept; everything is detached", e);
            if (!closing) {
                modes.removeAll(new double[0]);
            }
        }
    }

    /**
     * Sees what is called, with entries alone, and takes away what cannot stay. What is left is called more often then, since
     * the program is no longer slowed: so it looks again, until all fits.
     */
    private void survey() {
        Rung[] before = ladder.rungs();
        fast.since(System.nanoTime());
        for (int look = 0; look < MOST_LOOKS && !closing; look++) {
            rest(SURVEY_NS);
            long now = System.nanoTime();
            double[][] rates = fast.since(now);
            double[] costs = costs(rates);
            List<Ladder.Step> steps = look == 0 ? ladder.plan(now, rates) : ladder.decide(now, rates);
            weigh(rates, fast.processes());
            if (look > 0 && steps.isEmpty()) {
                break;
            }
            markEnds();
            if (look == 0) {
                modes.arrange(costs, probed());
            } else {
                modes.probeEntries(probed(), () -> !closing);
            }
            fast.since(System.nanoTime());
        }
        publish();
        apply(ladder.steps(before), () -> !closing);
        fast.since(System.nanoTime());
        decidedNs = System.nanoTime();
    }

    private void rest(long ns) {
        long until = System.nanoTime() + ns;
        while (!closing && System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private BitSet probed() {
        BitSet on = functionsOn(Rung.OFF);
        on.flip(0, ends);
        return on;
    }

    private BitSet functionsOn(Rung rung) {
        BitSet on = ladder.on(rung);
        on.clear(ends);
        return on;
    }

    private void markEnds() {
        modes.markEnds(ladder.rung(ends) != Rung.OFF);
    }

    /** What functions cost, by slot. */
    private double[] costs(double[][] rates) {
        return Arrays.copyOf(ladder.costs(rates), ends);
    }

    private void tick(long nowNs) {
        if (breaker.isOpen()) {
            if (breaker.closes(nowNs)) {
                apply(ladder.plan(nowNs, slow.since(nowNs)), this::goesOn);
                decidedNs = System.nanoTime();
            }
            return;
        }
        if (!goesOn()) {
            return;
        }
        if (trialFailed) {
            trialFailed = false;
            trialUntilNs = nowNs;
            apply(ladder.decide(nowNs, lastRates), this::goesOn);
        } else if (nowNs - decidedNs >= (mostLoad < QUIET && load < QUIET ? QUIET_DECIDE_NS : DECIDE_NS)) {
            decidedNs = nowNs;
            double[][] rates = slow.since(nowNs);
            weigh(rates, slow.processes());
            apply(ladder.decide(nowNs, rates), this::goesOn);
            arrange(nowNs, costs(rates));
            check.tick(nowNs, steps, ladder::cost).ifPresent(this::priceBy);
            publish();
        }
    }

    /** Where our programs alone take longer than the whole was estimated, the estimate goes up. */
    private void priceBy(double ratio) {
        measured = ratio * Math.max(1, measured);
        ladder.price(priced());
    }

    private HitPrices priced() {
        return prices.times(Math.max(1, measured));
    }

    /** Puts what has come to be called into small groups, so that the breaker finds it there. */
    private void arrange(long nowNs, double[] costs) {
        if (breaker.isOpen() || load < WORTH_ARRANGING || nowNs < arrangeNs || modes.arranged(costs) > ARRANGED) {
            return;
        }
        modes.arrange(costs, probed());
        arrangeNs = nowNs + ARRANGE_NS;
    }

    /** Looks at the load of the last moment; false where that was too much, and everything is detached. */
    private boolean goesOn() {
        long now = System.nanoTime();
        if (!isNearTheTrip(now) || now - lookedNs < SHORTEST_LOOK_NS) {
            return !closing; // a burst is no rate
        }
        lookedNs = now;
        double[][] rates = fast.since(now);
        lastRates = rates;
        weigh(rates, fast.processes());
        if (load >= Breaker.TRIPS_AT && now < trialUntilNs && ladder.load(without(rates, onTrial)) < 1) {
            trialFailed = true; // what was tried just now is too much, and it alone
            return true;
        }
        if (!breaker.trips(now, load)) {
            return !closing;
        }
        double[] costs = costs(rates);
        Removal removal = modes.removeAll(costs);
        lastRemoval = Optional.of(removal);
        windows.end();
        List<Ladder.Step> dropped = ofFunctions(ladder.drop(now, rates));
        cycled = new BitSet();
        modes.arrange(costs, new BitSet());
        LOG.warn(
                "tracing cost {} times its budget: {} % of that detached within {} ms, all {} functions within {} ms",
                Math.round(load * 10) / 10.0,
                Math.round(removal.hotShare() * 1000) / 10.0,
                TimeUnit.NANOSECONDS.toMillis(removal.hotNs()),
                dropped.size(),
                TimeUnit.NANOSECONDS.toMillis(removal.allNs()));
        tell(dropped);
        slow.since(System.nanoTime());
        return false;
    }

    /** Whether the load may be that which trips the breaker; from the first time on there is something to compare with. */
    private boolean isNearTheTrip(long nowNs) {
        if (nowNs - boundNs >= BOUND_NS) {
            boundNs = nowNs;
            Limits limits = host.limits(this);
            mostLoad = bound.since(nowNs, priced()) / Math.min(limits.processNs(), limits.hostNs());
        }
        boolean before = looking;
        looking = mostLoad >= Breaker.TRIPS_AT;
        if (looking && !before) {
            fast.since(nowNs);
            lookedNs = nowNs;
        }
        return looking;
    }

    /** Takes what things cost at these rates, which are of these processes. */
    private void weigh(double[][] rates, List<Integer> pids) {
        double[] all = ladder.processCosts(rates);
        host.report(this, DoubleStream.of(all).sum());
        ladder.limit(host.limits(this));
        load = ladder.load(all);
        Map<Integer, Double> now = new HashMap<>();
        for (int process = 0; process < all.length; process++) {
            now.put(pids.get(process), all[process] / NS_PER_S);
        }
        costs = now;
    }

    private static double[][] without(double[][] rates, BitSet slots) {
        double[][] rest = new double[rates.length][];
        for (int process = 0; process < rates.length; process++) {
            double[] kept = rates[process].clone();
            slots.stream().forEach(slot -> kept[slot] = 0);
            rest[process] = kept;
        }
        return rest;
    }

    /** Brings the probes to where the ladder says; stops where it must not go on. */
    private void apply(List<Ladder.Step> taken, BooleanSupplier goesOn) {
        if (taken.isEmpty()) {
            return;
        }
        windows.end();
        onTrial.clear();
        taken.forEach(step -> onTrial.set(step.slot(), step.from() == Rung.OFF));
        List<Ladder.Step> ofFunctions = ofFunctions(taken);
        ofFunctions.forEach(step -> modes.send(step.slot(), false, false));
        markEnds();
        trialUntilNs = onTrial.isEmpty() ? 0 : System.nanoTime() + TRIAL_NS;
        if (!modes.probeReturns(ladder.on(Rung.PAIRS), goesOn) || !modes.probeEntries(probed(), goesOn)) {
            return;
        }
        tell(ofFunctions);
        for (Ladder.Step step : ofFunctions) {
            if (step.to() == Rung.PAIRS) {
                modes.send(step.slot(), true, true);
            }
        }
        cycled = ladder.on(Rung.CYCLED);
        slow.since(System.nanoTime());
    }

    private List<Ladder.Step> ofFunctions(List<Ladder.Step> taken) {
        return taken.stream().filter(step -> step.slot() != ends).toList();
    }

    private void tell(List<Ladder.Step> taken) {
        steps += taken.size();
        // A function that is on its best rung from the start is what every reader takes it for.
        announcer.accept(taken.stream()
                .filter(step -> steps > taken.size() || step.to() != ladder.top(step.slot()))
                .map(step -> new ModeChange(step.slot(), step.to().word()))
                .toList());
        publish();
    }

    private void publish() {
        probes = probed();
        BitSet counts = functionsOn(Rung.COUNTS);
        counts.and(modes.timeable());
        status = new BudgetStatus(
                load,
                ladder.on(Rung.PAIRS).cardinality(),
                ladder.on(Rung.CYCLED).cardinality(),
                counts.cardinality(),
                functionsOn(Rung.OFF).cardinality(),
                steps,
                breaker.trips(),
                breaker.isOpen(),
                costs,
                measured);
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = ThreadEnd.await(thread);
        host.leave(this);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
