package io.goroscope.streams.lane;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.BadRecordException.Reason;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.streams.pairing.Pairing;
import org.agrona.collections.Long2LongHashMap;

/**
 * What times a batch may have. A lane's time goes on; neighbours of different CPUs may differ by some µs, as each takes its
 * time before its place in the ring buffer; a goroutine's own events follow each other, wherever they ran.
 */
final class TimeRules {

    /** An event may be this much older than the lane's time, ns. */
    static final long MAX_STEP_BACK_NS = 1_000_000_000L;
    /**
     * Within a goroutine, ns: the kernel's fast clock may step back where its rate is adjusted (kernel/time/timekeeping.c,
     * ktime_get_mono_fast_ns).
     */
    static final long MAX_ADJUSTMENT_NS = 10_000L;
    /** A lane's time may not jump on by more than this, ns: two years, which no host sleeps. */
    static final long MAX_JUMP_NS = 2L * 366 * 86_400 * 1_000_000_000L;
    /** Neither monotonic nor wall times, nor the offset between them, may be beyond this: 146 years, ns. */
    static final long MAX_TIME_NS = 1L << 62;

    private static final long ABSENT = Long.MIN_VALUE;

    private final Long2LongHashMap latestByGoroutine = new Long2LongHashMap(ABSENT);

    /** Checks a batch of a new lane. */
    void check(DecodedBatch batch) throws BadRecordException {
        checkRange(batch.wallOffsetNs(), "wall_offset_ns");
        checkRange(batch.baseTimeNs(), "base_time_ns");
        check(batch, batch.baseTimeNs() - MAX_STEP_BACK_NS, null);
    }

    /**
     * Checks a batch of a lane that has had batches before.
     *
     * @param laneTimeNs the lane's time
     * @param pairing the lane's open frames, or null where there are none
     */
    void check(DecodedBatch batch, long laneTimeNs, Pairing pairing) throws BadRecordException {
        long oldest = batch.oldestNs();
        long latest = Math.max(laneTimeNs, batch.latestNs());
        long deepest = Math.max(batch.deepestNs(), laneTimeNs - oldest);
        if (oldest < laneTimeNs - MAX_STEP_BACK_NS) {
            throw new BadRecordException(Reason.TIME, (laneTimeNs - oldest) + " ns before the lane's time");
        }
        for (int i = 0; i < batch.lifecycle().size(); i++) {
            latest = Math.max(latest, batch.lifecycle().get(i).getTimeNs());
        }
        if (latest - laneTimeNs > MAX_JUMP_NS || latest > MAX_TIME_NS) {
            throw new BadRecordException(Reason.TIME, (latest - laneTimeNs) + " ns beyond the lane's time");
        }
        if (deepest > MAX_ADJUSTMENT_NS) {
            checkGoroutines(batch, pairing);
        }
    }

    /** Some event is late: it must not be late within its own goroutine. */
    private void checkGoroutines(DecodedBatch batch, Pairing pairing) throws BadRecordException {
        latestByGoroutine.clear();
        for (int i = 0; i < batch.eventCount(); i++) {
            int what = batch.what()[i];
            if ((what & BatchDescriptor.NO_IDENTITY) != 0) {
                continue;
            }
            long identity = Pairing.identity(batch.goid()[i], what);
            long time = batch.timeNs()[i];
            long before = latestByGoroutine.get(identity);
            if (before == ABSENT && pairing != null) {
                before = pairing.enteredNs(identity);
            }
            if (before != ABSENT && time < before - MAX_ADJUSTMENT_NS) {
                throw new BadRecordException(
                        Reason.TIME, "event " + i + " is " + (before - time) + " ns back in its goroutine");
            }
            latestByGoroutine.put(identity, Math.max(before, time));
        }
    }

    private static void checkRange(long ns, String field) throws BadRecordException {
        if (ns < -MAX_TIME_NS || ns > MAX_TIME_NS) {
            throw new BadRecordException(Reason.VALUE, field + "=" + ns);
        }
    }
}
