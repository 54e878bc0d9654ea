package io.goroscope.collector.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The ladder against generated programs: functions with rates over seven orders of magnitude. */
class LadderTest {

    private static final HitPrices PRICES = new HitPrices(600, 900, 5000);
    private static final Limits LIMITS = new Limits(3, 10);
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int TICKS_OF_FIVE_SECONDS = 10;
    private static final int TICKS_OF_TWENTY_MINUTES = 2400;
    private static final int CASES = 100;

    private static double[][] program(Random random) {
        int functions = 1 + random.nextInt(300);
        double[][] rates = new double[1 + random.nextInt(4)][functions];
        for (double[] process : rates) {
            for (int slot = 0; slot < functions; slot++) {
                process[slot] = random.nextInt(3) == 0 ? 0 : Math.pow(10, random.nextDouble() * 7 - 1);
            }
        }
        return rates;
    }

    private static BitSet some(Random random, int functions, double share) {
        BitSet set = new BitSet();
        for (int slot = 0; slot < functions; slot++) {
            set.set(slot, random.nextDouble() < share);
        }
        return set;
    }

    private static Ladder ladder(Random random, int functions) {
        return new Ladder(functions, some(random, functions, 0.9), some(random, functions, 0.1), PRICES, LIMITS);
    }

    /** What can be seen of the rates: not those of functions that are off. */
    private static double[][] seen(Ladder ladder, double[][] rates, Random random, double noise) {
        double[][] seen = new double[rates.length][rates[0].length];
        for (int process = 0; process < rates.length; process++) {
            for (int slot = 0; slot < rates[0].length; slot++) {
                double factor = 1 + noise * (2 * random.nextDouble() - 1);
                seen[process][slot] = ladder.rung(slot) == Rung.OFF ? 0 : rates[process][slot] * factor;
            }
        }
        return seen;
    }

    @Test
    void shouldBeWithinTheBudgetAfterFiveSecondsAndStayThere() {
        for (int seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            double[][] rates = program(random);
            Ladder ladder = ladder(random, rates[0].length);
            ladder.plan(0, seen(ladder, rates, random, 0));
            int over = 0;
            int steps = 0;
            for (int tick = 1; tick <= TICKS_OF_TWENTY_MINUTES; tick++) {
                List<Ladder.Step> now = ladder.decide(tick * TICK_NS, seen(ladder, rates, random, 0.1));
                if (tick > TICKS_OF_FIVE_SECONDS) {
                    steps += now.size();
                    over += ladder.load(rates) > 1 ? 1 : 0;
                }
            }
            assertThat(over).as("ticks over the budget of 2400, seed %d", seed).isLessThanOrEqualTo(24);
            assertThat(steps)
                    .as("steps in 20 minutes at constant load, %d functions, seed %d", rates[0].length, seed)
                    .isLessThanOrEqualTo(16 + 2 * rates[0].length);
        }
    }

    @Test
    void shouldNotTakeAStepBackWhileTheLoadStaysTheSame() {
        for (int seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            double[][] rates = program(random);
            Ladder ladder = ladder(random, rates[0].length);
            ladder.plan(0, rates);
            int[] turns = new int[rates[0].length];
            int[] direction = new int[rates[0].length];
            for (int tick = 1; tick <= 2 * 120; tick++) { // two minutes
                for (Ladder.Step step : ladder.decide(tick * TICK_NS, seen(ladder, rates, random, 0.05))) {
                    int way = step.to().compareTo(step.from()) > 0 ? 1 : -1;
                    turns[step.slot()] += direction[step.slot()] == -way ? 1 : 0;
                    direction[step.slot()] = way;
                }
            }
            for (int slot = 0; slot < turns.length; slot++) {
                assertThat(turns[slot])
                        .as("turns of function %d, seed %d", slot, seed)
                        .isLessThanOrEqualTo(2);
            }
        }
    }

    @Test
    void shouldTakeTheDearestFirst() {
        double[][] rates = {{1e6, 10, 1, 0}};
        BitSet all = new BitSet();
        all.set(0, 4);
        Ladder ladder = new Ladder(4, all, new BitSet(), PRICES, LIMITS);

        ladder.plan(0, rates);

        assertThat(ladder.rung(0)).isEqualTo(Rung.OFF);
        assertThat(List.of(ladder.rung(1), ladder.rung(2), ladder.rung(3))).containsOnly(Rung.PAIRS);
    }

    @Test
    void shouldGoByRungs() {
        BitSet one = new BitSet();
        one.set(0);
        for (Rung rung : Rung.values()) {
            // A rate at which this rung is the best that fits.
            double rate = rung == Rung.OFF ? 1e6 : 0.75 * LIMITS.processNs() / PRICES.perCallNs(rung, false);
            Ladder ladder = new Ladder(1, one, new BitSet(), PRICES, LIMITS);
            ladder.plan(0, new double[][] {{rate}});
            assertThat(ladder.rung(0)).isEqualTo(rung);
        }
    }

    @Test
    void shouldComeBackWhenTheLoadGoes() {
        BitSet all = new BitSet();
        all.set(0, 2);
        Ladder ladder = new Ladder(2, all, new BitSet(), PRICES, LIMITS);
        ladder.plan(0, new double[][] {{35_000, 100}});
        assertThat(ladder.rung(0)).isEqualTo(Rung.COUNTS);
        for (int tick = 1; tick <= 120; tick++) {
            ladder.decide(tick * TICK_NS, new double[][] {{50, 100}});
        }
        assertThat(ladder.rung(0)).isEqualTo(Rung.PAIRS);
    }

    @Test
    void shouldHoldTheBudgetOfTheHostToo() {
        Random random = new Random(1);
        double[][] rates = new double[20][50];
        for (double[] process : rates) {
            for (int slot = 0; slot < 50; slot++) {
                process[slot] = 100 * random.nextDouble();
            }
        }
        BitSet all = new BitSet();
        all.set(0, 50);
        Ladder ladder = new Ladder(50, all, new BitSet(), PRICES, LIMITS);
        ladder.plan(0, rates);
        double host = 0;
        for (double[] process : rates) {
            host += ladder.cost(process);
        }
        assertThat(host).isLessThanOrEqualTo(LIMITS.hostNs());
        assertThat(host).isGreaterThan(0.3 * LIMITS.hostNs());
    }

    @Test
    void shouldTripAtTwiceTheBudgetAndComeBackLaterEachTime() {
        Breaker breaker = new Breaker();
        long second = TimeUnit.SECONDS.toNanos(1);

        assertThat(breaker.trips(0, 1.99)).isFalse();
        assertThat(breaker.trips(0, 2)).isTrue();
        assertThat(breaker.trips(1, 5)).as("it is open").isFalse();
        assertThat(breaker.closes(second - 1)).isFalse();
        assertThat(breaker.closes(second)).isTrue();
        assertThat(breaker.trips(2 * second, 3)).isTrue();
        assertThat(breaker.closes(4 * second - 1)).isFalse();
        assertThat(breaker.closes(4 * second)).isTrue();
        assertThat(breaker.trips()).isEqualTo(2);
    }
}
