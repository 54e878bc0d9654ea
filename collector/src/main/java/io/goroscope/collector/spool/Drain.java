package io.goroscope.collector.spool;

import io.goroscope.collector.publish.Delivery;
import io.goroscope.collector.publish.FoldedWarnings;
import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.collector.thread.ThreadEnd;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that connects to the broker, sends it the queue's beginning, and counts what the queue gives up. */
final class Drain {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final long RETRY_MS = 1000;
    private static final long RECHECK_MS = 20;

    private final Spool spool;
    private final Supplier<Delivery> connector;
    private final Predicate<Segment> openDirectWay;
    private final Underway.Undelivered undelivered;
    private final Consumer<OutgoingRecord> givenUp;
    private final Underway underway = new Underway();
    private final FoldedWarnings warnings = new FoldedWarnings();
    private final Thread thread = new Thread(this::run, "goroscope-spool");
    private volatile Delivery delivery;
    private volatile boolean closing;
    private Segment current;
    private long sent;
    /** One that has been sent, and has not all arrived; or null. */
    private Segment passed;

    /**
     * @param connector connects or throws; called until it succeeds
     * @param openDirectWay called when all of the queue has been sent, with its last segment where this may not have arrived
     *     yet; true if records now go to the broker directly
     * @param undelivered hears of records that the broker will not take
     * @param givenUp hears of records for which the spool had no room
     */
    Drain(
            Spool spool,
            Supplier<Delivery> connector,
            Predicate<Segment> openDirectWay,
            Underway.Undelivered undelivered,
            Consumer<OutgoingRecord> givenUp) {
        this.spool = spool;
        this.connector = connector;
        this.openDirectWay = openDirectWay;
        this.undelivered = undelivered;
        this.givenUp = givenUp;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** The broker, once there is one. */
    Delivery delivery() {
        return delivery;
    }

    /** The direct way is closed: there will be something to send. */
    void wake() {
        LockSupport.unpark(thread);
    }

    /**
     * Ends the thread, then the connection.
     *
     * @param limit how long to wait for records that are underway
     */
    void close(Duration limit) {
        closing = true;
        // Its segment keeps a record that fails now for the next start.
        underway.keepWhatFails();
        wake();
        boolean interrupted = ThreadEnd.await(thread);
        countGivenUp();
        if (delivery != null) {
            delivery.close(limit);
        }
        removePassed();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closing) {
            countGivenUp();
            if (delivery == null) {
                connect();
            } else {
                sendOldest();
            }
        }
    }

    private void connect() {
        try {
            delivery = connector.get();
        } catch (UserException e) {
            warnings.warn("records wait in the spool", e.getMessage());
            pause(RETRY_MS);
        }
    }

    private void sendOldest() {
        try {
            Segment oldest = spool.oldest();
            if (oldest != null) {
                send(oldest);
            } else if (openDirectWay.test(null)) {
                pause(RETRY_MS);
            }
        } catch (IOException e) {
            warnings.warn("cannot read the spool", Spool.reason(e));
            pause(RETRY_MS);
        }
    }

    private void send(Segment segment) throws IOException {
        current = segment;
        sent = 0;
        if (!Files.exists(segment.file())) {
            warnings.warn("cannot read the spool", segment.file() + " is gone");
            spool.lose(segment);
            return;
        }
        try (SegmentReader reader = SegmentReader.open(segment)) {
            OutgoingRecord record = reader.next();
            while (record != null && isWanted(segment)) {
                if (sendOne(record)) {
                    sent++;
                    record = reader.next();
                } else {
                    pause(RECHECK_MS);
                    countGivenUp();
                }
            }
        }
        if (isWanted(segment)) {
            passed = segment;
            // Not only once all has arrived: under load there would always be more by then.
            var unused = openDirectWay.test(segment);
        }
        while (underway.bytes() > 0 && isWanted(segment)) {
            pause(RECHECK_MS);
            countGivenUp();
        }
        if (isWanted(segment)) {
            spool.remove(segment);
            passed = null;
        }
    }

    /** Behind the thread's end: all may have arrived since it looked last. */
    private void removePassed() {
        if (passed != null && underway.bytes() == 0) {
            try {
                spool.remove(passed);
            } catch (IOException e) {
                warnings.warn("cannot delete " + passed.file(), Spool.reason(e));
            }
        }
    }

    private boolean isWanted(Segment segment) {
        return !closing && spool.contains(segment);
    }

    private boolean sendOne(OutgoingRecord record) {
        if (underway.bytes() > 0 && underway.bytes() + record.value().length > SpoolingSink.MAX_UNDERWAY_BYTES) {
            return false;
        }
        return underway.send(record, System.nanoTime(), delivery, undelivered);
    }

    /** Counts what the queue gave up, but for what had already been sent, and deletes it. */
    private void countGivenUp() {
        for (Segment segment = spool.pollGivenUp(); segment != null; segment = spool.pollGivenUp()) {
            long from = segment.equals(current) ? sent : 0;
            long events = 0;
            try (SegmentReader reader = SegmentReader.open(segment)) {
                long n = 0;
                for (OutgoingRecord record = reader.next(); record != null; record = reader.next()) {
                    if (n++ >= from) {
                        givenUp.accept(record);
                        events += record.events();
                    }
                }
                Files.deleteIfExists(segment.file());
            } catch (IOException e) {
                warnings.warn("cannot read or delete " + segment.file(), Spool.reason(e));
            }
            LOG.warn("the spool is full: its oldest {} events are lost", events);
        }
    }

    private void pause(long ms) {
        if (!closing) {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(ms));
        }
    }
}
