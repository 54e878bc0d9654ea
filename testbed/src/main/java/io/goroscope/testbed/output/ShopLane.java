package io.goroscope.testbed.output;

import io.goroscope.schemas.avro.Abandoned;
import io.goroscope.schemas.avro.CallSummary;
import io.goroscope.schemas.avro.LaneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What one lane of a shop has counted: since the start, and in the window that is open. */
final class ShopLane {

    /** Counts of one function. */
    static final class Counts {
        final Durations latency = new Durations();
        long selfNs;
        long panics;

        void call(long ns, double selfShare) {
            latency.add(ns);
            selfNs += (long) (ns * selfShare);
        }

        CallSummary toRecord() {
            return CallSummary.newBuilder()
                    .setEntries(latency.count() + panics)
                    .setLatency(latency.toRecord())
                    .setSelfSumNs(selfNs)
                    .setTails(0)
                    .setAbandoned(Abandoned.newBuilder()
                            .setPanic(panics)
                            .setGoexit(0)
                            .setGoroutineEnd(0)
                            .setProcessEnd(0)
                            .setDetach(0)
                            .setUnknown(0)
                            .build())
                    .setUnmatched(0)
                    .setUncertain(0)
                    .build();
        }
    }

    private static final double LEAF_SELF = 1;
    private static final double CALLER_SELF = 0.35;

    private final LaneId id;
    private final List<Counts> totals = new ArrayList<>();
    private final List<Counts> window = new ArrayList<>();
    private long windowStartNs = Long.MIN_VALUE;
    private long batches;
    private long events;

    ShopLane(LaneId id) {
        this.id = id;
        for (int i = 0; i < ShopFunction.ALL.size(); i++) {
            totals.add(new Counts());
            window.add(new Counts());
        }
    }

    LaneId id() {
        return id;
    }

    /** Adds {@code calls} calls of a function; returns how many of them it counted as calls. */
    void add(int function, long calls, Random random) {
        ShopFunction shape = ShopFunction.ALL.get(function);
        boolean calling = ShopFunction.ALL.stream().anyMatch(each -> each.caller() == function);
        for (long i = 0; i < calls; i++) {
            if (random.nextDouble() < shape.panicShare()) {
                totals.get(function).panics++;
                window.get(function).panics++;
            } else {
                long ns = shape.durationNs(random);
                double self = calling ? CALLER_SELF : LEAF_SELF;
                totals.get(function).call(ns, self);
                window.get(function).call(ns, self);
            }
            events += 2;
        }
        batches++;
    }

    /** Begins a new window where one is due. */
    void roll(long startNs) {
        if (startNs != windowStartNs) {
            windowStartNs = startNs;
            window.replaceAll(each -> new Counts());
        }
    }

    Counts total(int function) {
        return totals.get(function);
    }

    Counts inWindow(int function) {
        return window.get(function);
    }

    long batches() {
        return batches;
    }

    long events() {
        return events;
    }
}
