package io.goroscope.collector.publish;

import java.time.Duration;

/** Hands records to Kafka, and tells what became of each. */
public interface Delivery {

    /** Hears of one record, once, on any thread. */
    interface Receipt {

        /** The record is safe: all replicas have it. */
        void arrived();

        /** The record will not arrive. */
        void failed(Exception why);
    }

    /**
     * Takes a record without waiting. Records of one lane arrive in the order in which they were taken.
     *
     * @return false if there is no room for it now; the receipt then hears nothing
     */
    boolean offer(OutgoingRecord record, Receipt receipt);

    /** Waits for what was taken, up to a limit; what has not arrived then has failed. */
    void close(Duration limit);
}
