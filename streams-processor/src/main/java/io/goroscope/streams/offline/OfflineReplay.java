package io.goroscope.streams.offline;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.BadRecordException.Reason;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.streams.lane.LaneSet;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Takes captured records in their order, and ends with the last value of every key that the Streams job would have
 * written; sorted by key, so that two replays of a capture give the same bytes. Lanes that ended are not retired: a replay
 * tells what happened, not what is still there. Not safe for use by several threads.
 */
public final class OfflineReplay {

    /** Records after which what is settled leaves the lanes. */
    private static final int SEND_EVERY = 1024;

    private final LaneSet lanes;
    private final Map<Topics.Kind, NavigableMap<byte[], byte[]>> results = new EnumMap<>(Topics.Kind.class);
    private final Map<Reason, Long> refused = new EnumMap<>(Reason.class);
    private long accepted;

    /** @param windowNs size of windows, ns; that of the job it is compared with */
    public OfflineReplay(long windowNs) {
        lanes = new LaneSet(windowNs);
    }

    /** Takes a record of a capture; records of other topics than events and counts change nothing. */
    public void feed(CapturedRecord record) {
        LaneSet.Input input = inputOf(record.getTopic());
        if (input != null) {
            feed(input, Records.bytes(record.getValue()), record.getTimestampMs());
        }
    }

    private static LaneSet.Input inputOf(String topic) {
        if (topic.equals(Topics.DEFAULT.of(Topics.Kind.EVENTS))) {
            return LaneSet.Input.EVENTS;
        }
        return topic.equals(Topics.DEFAULT.of(Topics.Kind.COUNTS)) ? LaneSet.Input.COUNTS : null;
    }

    /**
     * Takes a record. A bad one is counted and left out, as the job does.
     *
     * @param input where it comes from
     * @param value the whole record
     * @param timestampMs its timestamp, ms since 1970
     */
    public void feed(LaneSet.Input input, byte[] value, long timestampMs) {
        try {
            lanes.check(input, value);
        } catch (BadRecordException e) {
            refused.merge(e.reason(), 1L, Long::sum);
            return;
        }
        lanes.apply(timestampMs);
        if (++accepted % SEND_EVERY == 0) {
            send();
        }
    }

    private void send() {
        lanes.send((topic, key, value, timestampMs) -> results.computeIfAbsent(
                        topic, unused -> new TreeMap<>(Arrays::compareUnsigned))
                .put(key, value));
        lanes.save((key, value) -> {
            // Nothing to come back to; saving lets closed windows go.
        });
    }

    /** Records taken so far. */
    public long accepted() {
        return accepted;
    }

    /** Records left out so far, by the reason. */
    public Map<Reason, Long> refused() {
        return Map.copyOf(refused);
    }

    /** The last value of each key of a topic, by what was fed so far; both encoded. */
    public NavigableMap<byte[], byte[]> results(Topics.Kind topic) {
        send();
        return results.getOrDefault(topic, new TreeMap<>(Arrays::compareUnsigned));
    }
}
