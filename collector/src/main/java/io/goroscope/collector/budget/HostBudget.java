package io.goroscope.collector.budget;

import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.publish.ModeChange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What tracing may cost on this host, shared by all sessions: each may take what the others leave, and an equal part in any
 * case. So the sum stays below the limit once all have settled, and wherever the sum is twice the limit some session has
 * twice its part.
 */
public final class HostBudget {

    private final Limits limits;
    private final Supplier<HitPrices> prices;
    private final Map<Object, Double> costsNs = new HashMap<>();

    /** @param prices what calls cost; asked when the first session begins, and again for each */
    public HostBudget(Limits limits, Supplier<HitPrices> prices) {
        this.limits = limits;
        this.prices = prices;
    }

    /**
     * Begins to keep a session under the budget.
     *
     * @param session adjustable; it must stay open longer than the keeper
     * @param announcer tells the stream of changes, behind all events that came before, and returns when that is done
     */
    public BudgetKeeper keep(ProbeSession session, Consumer<List<ModeChange>> announcer) {
        BudgetKeeper keeper = new BudgetKeeper(session, prices.get(), this, announcer);
        report(keeper, 0);
        keeper.start();
        return keeper;
    }

    /** What the processes of a keeper may cost each, and all of them together. */
    synchronized Limits limits(Object keeper) {
        double others = costsNs.entrySet().stream()
                .filter(each -> each.getKey() != keeper)
                .mapToDouble(Map.Entry::getValue)
                .sum();
        double equalPart = limits.hostNs() / Math.max(1, costsNs.size());
        return limits.withHostNs(Math.max(equalPart, limits.hostNs() - others));
    }

    /** Takes what a keeper's session costs now, ns of CPU time per second. */
    synchronized void report(Object keeper, double costNs) {
        costsNs.put(keeper, costNs);
    }

    synchronized void leave(Object keeper) {
        costsNs.remove(keeper);
    }
}
