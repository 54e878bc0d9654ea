package io.goroscope.sink.export;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Serves no more than so many series, the ones that began first, and counts the rest.
 *
 * <p>Which ones are cut follows from the records alone, not from the order in which they were read: a sink cuts the same
 * ones after a restart as before, and so does the sink beside it.
 *
 * @param <T> a series
 */
final class SeriesLimit<T> {

    private final int limit;
    private final Comparator<T> order;
    private final Function<T, Object> identity;
    private final Set<Object> cut = new HashSet<>();
    private long cutEver;

    /**
     * @param limit how many to serve
     * @param createdNs when a series began
     * @param identity what makes it itself, with a text that orders those that began at once
     */
    SeriesLimit(int limit, ToLongFunction<T> createdNs, Function<T, Object> identity) {
        this.limit = limit;
        this.order = Comparator.comparingLong(createdNs).thenComparing(each -> String.valueOf(identity.apply(each)));
        this.identity = identity;
    }

    /** Those to serve. */
    synchronized List<T> apply(List<T> all) {
        if (all.size() <= limit) {
            cut.clear();
            return all;
        }
        List<T> sorted = new ArrayList<>(all);
        sorted.sort(order);
        Set<Object> now = new HashSet<>();
        for (T each : sorted.subList(limit, sorted.size())) {
            Object id = identity.apply(each);
            now.add(id);
            if (cut.add(id)) {
                cutEver++;
            }
        }
        cut.retainAll(now);
        return sorted.subList(0, limit);
    }

    /** How many series were cut since the start; one that comes back and is cut again counts again. */
    synchronized long cutEver() {
        return cutEver;
    }

    /** How many are cut now. */
    synchronized int cutNow() {
        return cut.size();
    }
}
