package io.goroscope.schemas;

import java.util.Objects;

/**
 * Names of the topics, with an optional prefix that lets several pipelines share one cluster.
 *
 * <p>{@code events} and {@code counts} have the same number of partitions, and it never changes: a lane would move to
 * another task in the middle of a call.
 *
 * @param prefix put before every name, empty by default
 */
public record Topics(String prefix) {

    /** The topics without a prefix. */
    public static final Topics DEFAULT = new Topics("");

    public Topics {
        Objects.requireNonNull(prefix, "prefix");
    }

    /** What a topic is for; {@link #of(Kind)} gives its name. */
    public enum Kind {
        /** Event batches; key: {@link LanePartitioner#key}. */
        EVENTS("events"),
        /** Exact counters, cumulative. */
        COUNTS("counts"),
        /** Names of functions and images; compacted. */
        FUNCTIONS("functions"),
        /** Windows of latency. */
        LATENCY("latency"),
        /** Cumulative totals and edges; compacted. */
        TOTALS("totals"),
        /** What each lane has brought; compacted. */
        HEALTH("health"),
        /** Records that could not be read, with the reason. */
        DEAD_LETTER("deadletter");

        private final String suffix;

        Kind(String suffix) {
            this.suffix = suffix;
        }
    }

    /** Name of a topic, such as {@code goroscope.events}. */
    public String of(Kind kind) {
        return prefix + "goroscope." + kind.suffix;
    }

    /** What a topic is for, by its name; null for a name that is none of these. */
    public Kind kind(String name) {
        for (Kind kind : Kind.values()) {
            if (of(kind).equals(name)) {
                return kind;
            }
        }
        return null;
    }
}
