package io.goroscope.sink.feed;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** How a feed fares; may be read from any thread. */
public final class FeedStatus {

    private final AtomicBoolean caughtUp = new AtomicBoolean();
    private final AtomicLong records = new AtomicLong();
    private final AtomicLong badRecords = new AtomicLong();
    private final AtomicLong resets = new AtomicLong();
    private final AtomicLong lag = new AtomicLong();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();

    FeedStatus() {}

    /** Whether the feed has passed the ends of its topics as they were when it began. */
    public boolean caughtUp() {
        return caughtUp.get() && failure.get() == null;
    }

    /** Records read. */
    public long records() {
        return records.get();
    }

    /** Of these, records that could not be read. */
    public long badRecords() {
        return badRecords.get();
    }

    /** How often the feed began anew, since a topic had been made anew. */
    public long resets() {
        return resets.get();
    }

    /** Records between the feed and the ends of its topics, as last heard from the broker. */
    public long lag() {
        return lag.get();
    }

    /** Why the feed ended, or null while it runs. */
    public RuntimeException failure() {
        return failure.get();
    }

    void setCaughtUp(boolean now) {
        caughtUp.set(now);
    }

    void countRecord() {
        records.incrementAndGet();
    }

    void countBadRecord() {
        badRecords.incrementAndGet();
    }

    void countReset() {
        resets.incrementAndGet();
    }

    void setLag(long now) {
        lag.set(now);
    }

    void fail(RuntimeException cause) {
        failure.compareAndSet(null, cause);
    }
}
