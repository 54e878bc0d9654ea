package io.goroscope.streams.testing;

import static io.goroscope.schemas.batch.BatchDescriptor.KIND_MASK;
import static io.goroscope.schemas.batch.BatchDescriptor.NO_IDENTITY;
import static io.goroscope.schemas.batch.BatchDescriptor.OFF_STACK;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.Event;
import io.goroscope.schemas.avro.EventBatch;
import io.goroscope.schemas.avro.FunctionCount;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.Lifecycle;
import io.goroscope.streams.lane.LaneSet.Input;
import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.pairing.CallSink;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the records of a stream amount to, found the slow and plain way: Avro's generated classes, {@link NaivePairing}, and a
 * map from a name to a number. Summed over lanes, as a reader of the topics would.
 *
 * <p>Names are {@code function/what}, with {@code what} such as {@code paired} or {@code bucket -80}; {@code lane/...} for
 * what health tells.
 */
public final class NaiveTotals {

    private final Map<String, Long> totals = new HashMap<>();
    private final Map<LaneId, OneLane> lanes = new HashMap<>();
    private final Map<LaneId, Long> countSequences = new HashMap<>();

    private final class OneLane implements CallSink {
        private final NaivePairing pairing = new NaivePairing(this);
        private long nextSequence;
        private long timeNs = Long.MIN_VALUE;

        void take(EventBatch batch) {
            if (batch.getSequence() < nextSequence) {
                add("lane/duplicates", 1);
                return;
            }
            if (batch.getSequence() > nextSequence) {
                add("lane/gaps", batch.getSequence() - nextSequence);
                pairing.taint();
            }
            nextSequence = batch.getSequence() + 1;
            add("lane/batches", 1);
            add("lane/events", batch.getEvents().size());
            add("lane/lost", batch.getLost());
            long atNs = batch.getBaseTimeNs();
            seen(atNs);
            int at = 0;
            for (Event event : batch.getEvents()) {
                lifecycle(batch, at++);
                atNs += event.getDeltaNs();
                seen(atNs);
                if ((event.getWhat() & NO_IDENTITY) != 0) {
                    add("lane/no identity", 1);
                } else if ((event.getWhat() & OFF_STACK) != 0) {
                    add("lane/off stack", 1);
                }
                pairing.event(
                        atNs,
                        event.getGoid(),
                        event.getDepth(),
                        event.getFunction(),
                        event.getWhat(),
                        event.getGeneration(),
                        event.getSegment());
            }
            lifecycle(batch, at);
        }

        private void lifecycle(EventBatch batch, int before) {
            for (Lifecycle happening : batch.getLifecycle()) {
                if (happening.getBefore() != before) {
                    continue;
                }
                seen(happening.getTimeNs());
                switch (happening.getKind()) {
                    case PROCESS_END -> pairing.endAll(AbandonReason.PROCESS_END, happening.getTimeNs());
                    case COLLECTOR_END -> pairing.endAll(AbandonReason.DETACH, happening.getTimeNs());
                    case DETACH -> pairing.detach(happening.getFunction(), happening.getTimeNs());
                    case UNKNOWN, COLLECTOR_START, PROCESS_START, ATTACH, MODE -> {
                        // No call ends.
                    }
                }
            }
        }

        private void seen(long atNs) {
            timeNs = Math.max(timeNs, atNs);
        }

        void supersede() {
            pairing.endAll(AbandonReason.DETACH, timeNs);
        }

        @Override
        public void entered(int function, long timeNs) {
            add(function + "/entries", 1);
        }

        @Override
        public void paired(
                int function, int caller, long durationNs, long selfNs, long timeNs, long identity, int what) {
            add(function + "/paired", 1);
            add(function + "/sum", durationNs);
            add(function + "/self", selfNs);
            add(function + "/bucket " + bucket(durationNs), 1);
            if ((what & KIND_MASK) == 2) {
                add(function + "/tails", 1);
            }
            if (caller >= 0) {
                add(caller + ">" + function + "/calls", 1);
                add(caller + ">" + function + "/sum", durationNs);
                add(caller + ">" + function + "/self", selfNs);
            }
        }

        @Override
        public void abandoned(int function, AbandonReason reason, long openNs, long timeNs) {
            add(function + "/abandoned " + reason, 1);
        }

        @Override
        public void unmatched(int function, long timeNs) {
            add(function + "/unmatched", 1);
            add("lane/unmatched", 1);
        }

        @Override
        public void uncertain(int function, long timeNs) {
            add(function + "/uncertain", 1);
            add("lane/uncertain", 1);
        }
    }

    /** By logarithms; durations of whole ns lie far enough from the bounds for it to be exact in the ranges tested. */
    private static long bucket(long durationNs) {
        return (long) Math.ceil(8 * (Math.log(Math.max(1, durationNs) / 1e9) / Math.log(2)));
    }

    private void add(String name, long more) {
        if (more != 0) {
            totals.merge(name, more, Long::sum);
        }
    }

    /** Takes a record. */
    public void take(Input input, byte[] value) {
        try {
            if (input == Input.EVENTS) {
                EventBatch batch = Records.decode(value, EventBatch.class);
                if (!lanes.containsKey(batch.getSource())) {
                    lanes.put(batch.getSource(), new OneLane());
                    supersedeOlder(batch.getSource());
                }
                lanes.get(batch.getSource()).take(batch);
            } else {
                takeCounts(Records.decode(value, FunctionCounts.class));
            }
        } catch (BadRecordException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** A collector that was started again has left what its earlier start saw of this lane. */
    private void supersedeOlder(LaneId younger) {
        lanes.forEach((id, lane) -> {
            LaneId same =
                    new LaneId(id.getProcess(), id.getCollector(), younger.getEpoch(), id.getLane(), id.getLanes());
            if (id.getEpoch() < younger.getEpoch() && same.equals(younger)) {
                lane.supersede();
            }
        });
    }

    private void takeCounts(FunctionCounts counts) {
        long next = countSequences.getOrDefault(counts.getSource(), 0L);
        if (counts.getSequence() < next) {
            return;
        }
        countSequences.put(counts.getSource(), counts.getSequence() + 1);
        for (FunctionCount count : counts.getCounts()) {
            String name = count.getFunction() + "/calls of "
                    + counts.getSource().getProcess().getHost() + " "
                    + counts.getSource().getEpoch();
            totals.put(name, count.getCalls());
        }
    }

    /** All that is not 0, and the calls. */
    public Map<String, Long> totals() {
        Map<String, Long> all = new TreeMap<>();
        totals.forEach((name, value) -> {
            int calls = name.indexOf("/calls of ");
            all.merge(calls < 0 ? name : name.substring(0, calls) + "/calls", value, Long::sum);
        });
        all.merge("lane/open", openFrames(), Long::sum);
        all.values().removeIf(value -> value == 0);
        return all;
    }

    /** Calls that are open now. */
    public long openFrames() {
        return lanes.values().stream()
                .mapToLong(lane -> lane.pairing.openFrames())
                .sum();
    }
}
