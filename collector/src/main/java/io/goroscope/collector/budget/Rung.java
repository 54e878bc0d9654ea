package io.goroscope.collector.budget;

import io.goroscope.schemas.ModeDetail;

/** What is done at a function, from what costs most to what costs nothing. */
public enum Rung {
    /** Every call is counted and timed. */
    PAIRS(ModeDetail.PAIRS),
    /** Every call is counted, and those that begin in a part of the time are timed. */
    CYCLED(ModeDetail.CYCLED),
    /** Every call is counted. */
    COUNTS(ModeDetail.COUNTS),
    /** Nothing: it has no probe. */
    OFF(ModeDetail.OFF);

    private final String word;

    Rung(String word) {
        this.word = word;
    }

    /** As in {@code Lifecycle.detail}. */
    public String word() {
        return word;
    }

    Rung below() {
        return switch (this) {
            case PAIRS -> CYCLED;
            case CYCLED -> COUNTS;
            case COUNTS, OFF -> OFF;
        };
    }

    Rung above() {
        return switch (this) {
            case PAIRS, CYCLED -> PAIRS;
            case COUNTS -> CYCLED;
            case OFF -> COUNTS;
        };
    }
}
