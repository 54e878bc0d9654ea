package io.goroscope.collector.spool;

import io.goroscope.collector.publish.Delivery;
import io.goroscope.collector.publish.OutgoingRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Records that the producer has and that have not arrived, oldest first. */
final class Underway {

    /** Hears of records that will not arrive. */
    interface Undelivered {
        void lost(OutgoingRecord record, Exception why);
    }

    private static final class Parcel {
        final OutgoingRecord record;
        final long sinceNs;
        private boolean settled;

        private Parcel(OutgoingRecord record, long sinceNs) {
            this.record = record;
            this.sinceNs = sinceNs;
        }
    }

    private final ArrayDeque<Parcel> parcels = new ArrayDeque<>();
    private long bytes;
    private volatile boolean keeping;

    /** From now on a record that fails stays here, for {@link #takeAll}: we close, and the next start is to send it. */
    void keepWhatFails() {
        keeping = true;
    }

    /**
     * Hands a record on, and keeps it until it has arrived.
     *
     * @param undelivered hears of it if it never will
     * @return false if there is no room for it now
     */
    boolean send(OutgoingRecord record, long nowNs, Delivery delivery, Undelivered undelivered) {
        Parcel parcel = add(record, nowNs);
        boolean taken = delivery.offer(record, new Delivery.Receipt() {
            @Override
            public void arrived() {
                settle(parcel);
            }

            @Override
            public void failed(Exception why) {
                if (!keeping) {
                    undelivered.lost(record, why);
                    settle(parcel);
                }
            }
        });
        if (!taken) {
            settle(parcel);
        }
        return taken;
    }

    private synchronized Parcel add(OutgoingRecord record, long nowNs) {
        Parcel parcel = new Parcel(record, nowNs);
        parcels.add(parcel);
        bytes += record.value().length;
        return parcel;
    }

    /** It arrived, or never will, or was not sent after all. */
    private synchronized void settle(Parcel parcel) {
        if (!parcel.settled) {
            parcel.settled = true;
            bytes -= parcel.record.value().length;
        }
        while (!parcels.isEmpty() && parcels.peek().settled) {
            parcels.remove();
        }
    }

    /** Bytes of values. */
    synchronized long bytes() {
        return bytes;
    }

    /** How long the oldest has been underway, ns; 0 where there is none. */
    synchronized long ageNs(long nowNs) {
        return parcels.isEmpty() ? 0 : nowNs - parcels.peek().sinceNs;
    }

    /** Takes out all that have not arrived, in order. */
    synchronized List<OutgoingRecord> takeAll() {
        List<OutgoingRecord> left = new ArrayList<>();
        for (Parcel parcel : parcels) {
            if (!parcel.settled) {
                left.add(parcel.record);
            }
        }
        parcels.clear();
        bytes = 0;
        return left;
    }
}
