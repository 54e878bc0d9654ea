package io.goroscope.collector.watch;

import io.goroscope.collector.budget.BudgetKeeper;
import io.goroscope.collector.kernel.ProbeSession;
import java.util.Optional;

/**
 * What a rule attached to a file.
 *
 * @param rule its name
 * @param path the file as its processes see it
 * @param buildId its build id
 * @param functions functions that are probed
 * @param session their probes
 * @param keeper keeps their cost under a budget, where there is one
 */
public record WatchedScope(
        String rule, String path, String buildId, int functions, ProbeSession session, Optional<BudgetKeeper> keeper) {}
