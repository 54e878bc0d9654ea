package io.goroscope.streams.topology;

import io.goroscope.schemas.BadRecordException.Reason;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this instance has done since it started, for its status line. Work that a crash undid is counted again; the
 * output topics are what is exact.
 */
public final class JobCounters {

    private final LongAdder records = new LongAdder();
    private final LongAdder settled = new LongAdder();
    private final LongAdder snapshots = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private final Map<Reason, LongAdder> refused;

    JobCounters() {
        Map<Reason, LongAdder> all = new EnumMap<>(Reason.class);
        for (Reason reason : Reason.values()) {
            all.put(reason, new LongAdder());
        }
        refused = Collections.unmodifiableMap(all);
    }

    void applied() {
        records.increment();
    }

    void settled(long count) {
        settled.add(count);
    }

    void snapshot() {
        snapshots.increment();
    }

    void refused(Reason reason) {
        refused.get(reason).increment();
    }

    void skipped(long count) {
        skipped.add(count);
    }

    /** Records applied. */
    public long records() {
        return records.sum();
    }

    /** Records of which all that follows was sent; the next commit makes it visible. */
    public long settled() {
        return settled.sum();
    }

    /** Snapshots written. */
    public long snapshots() {
        return snapshots.sum();
    }

    /** Records that went to the dead-letter topic, all reasons. */
    public long refused() {
        return refused.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Records that went to the dead-letter topic for one reason. */
    public long refusedFor(Reason reason) {
        return refused.get(reason).sum();
    }

    /** Input records that were gone before they could be read, by the gaps in offsets: retention was too short. */
    public long skipped() {
        return skipped.sum();
    }
}
