package io.goroscope.collector.spool;

import io.goroscope.collector.publish.OutgoingRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Records that the producer has and that have not arrived, oldest first. */
final class Underway {

    /** One of them. */
    static final class Parcel {
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

    /** Adds a record that is about to be sent. */
    synchronized Parcel add(OutgoingRecord record, long nowNs) {
        Parcel parcel = new Parcel(record, nowNs);
        parcels.add(parcel);
        bytes += record.value().length;
        return parcel;
    }

    /** It arrived, or never will, or was not sent after all. */
    synchronized void settle(Parcel parcel) {
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
