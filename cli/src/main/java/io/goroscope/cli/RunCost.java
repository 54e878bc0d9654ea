package io.goroscope.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.goroscope.collector.kernel.HitCost;
import java.util.Locale;
import java.util.Optional;

/**
 * What the probes cost the traced processes.
 *
 * @param probes places that are probed
 * @param hits how often they were hit
 * @param elapsedNs in which time
 * @param each what a hit costs; empty where that could not be measured
 */
record RunCost(int probes, Hits hits, long elapsedNs, Optional<HitCost> each) {

    private static final double PERCENT = 100;

    /**
     * Hits by what they cost.
     *
     * @param counted entries that are only counted, at cheap places
     * @param cheap entries, tail jumps and markers that are sent, at places that the kernel emulates
     * @param costly hits that the kernel single-steps, or whose {@code ret} our program carries out
     */
    record Hits(long counted, long cheap, long costly) {

        long all() {
            return counted + cheap + costly;
        }
    }

    /** Time that the hits took of the traced processes' threads, ns; empty where it is not known. */
    Optional<Long> cpuNs() {
        return each.map(cost ->
                (long) (hits.counted * cost.countNs() + hits.cheap * cost.entryNs() + hits.costly * cost.returnNs()));
    }

    /** One line, ended. */
    String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%d probes, %d hits", probes, hits.all()));
        if (each.isEmpty()) {
            return text.append("; what a hit costs could not be measured here\n")
                    .toString();
        }
        HitCost cost = each.get();
        String separator = " (";
        separator = appendHits(text, separator, hits.counted, "counted", cost.countNs());
        separator = appendHits(text, separator, hits.cheap, "cheap", cost.entryNs());
        separator = appendHits(text, separator, hits.costly, "costly", cost.returnNs());
        text.append(separator.equals(" (") ? "" : ")");
        long ns = cpuNs().orElse(0L);
        return text.append(String.format(
                        Locale.ROOT,
                        ": about %s of CPU in %s, %.1f %% of one CPU%n",
                        Durations.format(ns),
                        Durations.format(elapsedNs),
                        elapsedNs == 0 ? 0.0 : PERCENT * ns / elapsedNs))
                .toString();
    }

    private static String appendHits(StringBuilder text, String separator, long count, String what, double ns) {
        if (count == 0) {
            return separator;
        }
        text.append(separator)
                .append(count)
                .append(' ')
                .append(what)
                .append(" at ")
                .append(Durations.format((long) ns));
        return ", ";
    }

    /** As an object of a line of JSON; without the figures that are not known. */
    void json(ObjectNode cost) {
        cost.put("probes", probes);
        cost.put("hits", hits.all());
        each.ifPresent(known -> {
            cost.put("counted_hit_ns", Math.round(known.countNs()));
            cost.put("cheap_hit_ns", Math.round(known.entryNs()));
            cost.put("costly_hit_ns", Math.round(known.returnNs()));
        });
        cpuNs().ifPresent(ns -> cost.put("cpu_ns", ns));
    }
}
