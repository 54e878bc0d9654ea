package io.goroscope.collector.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One budget for many sessions, of which each knows only its own cost. */
class HostBudgetTest {

    private static final double HOST_NS = new Limits(100, 10).hostNs();
    private static final int CASES = 1000;
    private static final int ROUNDS = 20;

    private final HostBudget host = new HostBudget(new Limits(100, 10), () -> new HitPrices(1, 1, 1));

    private List<String> join(int sessions) {
        List<String> keepers = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            keepers.add("session " + i);
            host.report(keepers.get(i), 0);
        }
        return keepers;
    }

    @Test
    void shouldStayBelowTheLimitOnceAllHaveSettled() {
        for (int seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            List<String> keepers = join(1 + random.nextInt(6));
            double[] wanted = new double[keepers.size()];
            double[] costs = new double[keepers.size()];
            for (int i = 0; i < wanted.length; i++) {
                wanted[i] = HOST_NS * Math.pow(10, 2 * random.nextDouble() - 1.5);
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < costs.length; i++) {
                    costs[i] = Math.min(wanted[i], host.limits(keepers.get(i)).hostNs());
                    host.report(keepers.get(i), costs[i]);
                }
            }
            assertThat(sum(costs)).as("seed %d", seed).isLessThanOrEqualTo(1.001 * HOST_NS);
            assertThat(sum(costs))
                    .as("seed %d: nothing is left unused that somebody wants", seed)
                    .isGreaterThanOrEqualTo(0.999 * Math.min(sum(wanted), HOST_NS));
            keepers.forEach(host::leave);
        }
    }

    @Test
    void shouldHaveSomebodyAtTwiceItsPartWhereTheSumIsTwiceTheLimit() {
        for (int seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            List<String> keepers = join(1 + random.nextInt(6));
            double[] costs =
                    random.doubles(keepers.size()).map(part -> part * part).toArray();
            double scale = (2 + random.nextDouble()) * HOST_NS / sum(costs);
            double worst = 0;
            for (int i = 0; i < costs.length; i++) {
                host.report(keepers.get(i), costs[i] * scale);
            }
            for (int i = 0; i < costs.length; i++) {
                worst = Math.max(
                        worst, costs[i] * scale / host.limits(keepers.get(i)).hostNs());
            }
            assertThat(worst).as("seed %d", seed).isGreaterThanOrEqualTo(Breaker.TRIPS_AT * 0.999);
            keepers.forEach(host::leave);
        }
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double each : values) {
            sum += each;
        }
        return sum;
    }
}
