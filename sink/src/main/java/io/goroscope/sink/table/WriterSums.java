package io.goroscope.sink.table;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Cumulative values by series and writer, with the rule of {@link io.goroscope.sink.table the package}: a writer that
 * ended stays in the sum while another of its series lives.
 *
 * @param <S> what a series is
 * @param <V> its cumulative value, immutable
 */
final class WriterSums<S, V> {

    private static final class Writer<V> {
        private V value;
        private boolean live;

        private Writer(V value, boolean live) {
            this.value = value;
            this.live = live;
        }
    }

    private final int endedLimit;
    private final Map<S, Map<Source, Writer<V>>> series = new HashMap<>();
    /** Series without a live writer, oldest first. */
    private final LinkedHashSet<S> ended = new LinkedHashSet<>();

    /** @param endedLimit how many ended series are remembered, in case a collector finds their process again */
    WriterSums(int endedLimit) {
        this.endedLimit = endedLimit;
    }

    /** The writer's value is now this. */
    void put(S of, Source writer, V value) {
        series.computeIfAbsent(of, key -> new HashMap<>()).put(writer, new Writer<>(value, true));
        ended.remove(of);
    }

    /** The writer's key was tombstoned. */
    void end(S of, Source writer) {
        Map<Source, Writer<V>> writers = series.get(of);
        Writer<V> known = writers == null ? null : writers.get(writer);
        if (known != null) {
            known.live = false;
            rememberIfEnded(of, writers);
        }
    }

    /** The last value of a writer that ended or is about to. */
    void retire(S of, Source writer, V value) {
        Map<Source, Writer<V>> writers = series.computeIfAbsent(of, key -> new HashMap<>());
        Writer<V> known = writers.get(writer);
        if (known == null) {
            writers.put(writer, new Writer<>(value, false));
        } else if (!known.live) {
            known.value = value;
        }
        rememberIfEnded(of, writers);
    }

    /** The last value of a writer that ended is no longer kept. */
    void forget(S of, Source writer) {
        Map<Source, Writer<V>> writers = series.get(of);
        Writer<V> known = writers == null ? null : writers.get(writer);
        if (known != null && !known.live) {
            writers.remove(writer);
            if (writers.isEmpty()) {
                series.remove(of);
                ended.remove(of);
            }
        }
    }

    void clear() {
        series.clear();
        ended.clear();
    }

    /** Gives each series that has a live writer, with the values of all its writers, in no order. */
    void forEachLive(BiConsumer<S, Collection<V>> action) {
        series.forEach((of, writers) -> {
            if (!ended.contains(of)) {
                action.accept(
                        of,
                        writers.values().stream().map(writer -> writer.value).toList());
            }
        });
    }

    private void rememberIfEnded(S of, Map<Source, Writer<V>> writers) {
        if (writers.values().stream().anyMatch(writer -> writer.live)) {
            return;
        }
        ended.add(of);
        if (ended.size() > endedLimit) {
            S oldest = ended.iterator().next();
            ended.remove(oldest);
            series.remove(oldest);
        }
    }
}
