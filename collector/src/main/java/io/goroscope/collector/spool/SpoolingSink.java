package io.goroscope.collector.spool;

import io.goroscope.collector.publish.Delivery;
import io.goroscope.collector.publish.FoldedWarnings;
import io.goroscope.collector.publish.LostEvents;
import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.collector.publish.RecordSink;
import io.goroscope.collector.publish.SinkStatus;
import io.goroscope.schemas.avro.ProcessId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands records to Kafka, and keeps them on disk while Kafka does not take them; the package's page draws it.
 *
 * <p>{@link #offer} never waits for the broker. Memory is bounded by what the producer may hold.
 */
public final class SpoolingSink implements RecordSink {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolingSink.class);

    /** Values that the producer may hold, bytes; about two seconds of a busy host. */
    static final long MAX_UNDERWAY_BYTES = 4 << 20;

    /** A broker that has not answered for so long is away: what comes is safer on disk than in memory. */
    private static final long PATIENCE_NS = 3_000_000_000L;

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    private static final Duration CLOSE_LIMIT_AWAY = Duration.ofSeconds(1);

    private final Spool spool;
    private final LostEvents lost;
    private final Underway underway = new Underway();
    private final FoldedWarnings warnings = new FoldedWarnings();
    private final Drain drain;
    private final LongAdder lostAtBroker = new LongAdder();
    private boolean direct;
    private long awaySinceNs = System.nanoTime();
    private boolean closing;

    private SpoolingSink(Spool spool, LostEvents lost, Supplier<Delivery> connector) {
        this.spool = spool;
        this.lost = lost;
        this.drain = new Drain(spool, connector, this::openDirectWay, this::failed, this::givenUp);
    }

    /**
     * Opens a spool, with what an earlier start left in it. All records go through it until the broker answers.
     *
     * @param folder made if it is not there; one collector at a time
     * @param maxBytes bytes on disk at most
     * @param connector connects to the broker, or throws; is called again until it succeeds
     * @throws io.goroscope.schemas.UserException if the folder cannot be used
     */
    public static SpoolingSink open(Path folder, long maxBytes, Supplier<Delivery> connector) {
        LostEvents lost = new LostEvents();
        SpoolingSink sink = new SpoolingSink(Spool.open(folder, maxBytes, lost), lost, connector);
        sink.drain.start();
        return sink;
    }

    @Override
    public synchronized boolean offer(OutgoingRecord record) {
        if (direct) {
            if (offerDirectly(record)) {
                return true;
            }
            direct = false;
            awaySinceNs = System.nanoTime();
            LOG.warn("the broker is away or slow; keeping records on disk until it takes them");
            drain.wake();
        }
        try {
            spool.append(record);
            return true;
        } catch (IOException e) {
            warnings.warn("cannot write to the spool, so records are lost", Spool.reason(e));
            return false;
        }
    }

    private boolean offerDirectly(OutgoingRecord record) {
        long nowNs = System.nanoTime();
        if (underway.bytes() + record.value().length > MAX_UNDERWAY_BYTES || underway.ageNs(nowNs) > PATIENCE_NS) {
            return false;
        }
        return underway.send(record, nowNs, drain.delivery(), this::failed);
    }

    private void givenUp(OutgoingRecord record) {
        lost.add(record);
    }

    private void failed(OutgoingRecord record, Exception why) {
        lostAtBroker.add(record.events());
        lost.add(record);
        warnings.warn("cannot publish to " + record.kind(), why);
    }

    /**
     * The queue has been sent, perhaps not all of it has arrived. Under the lock that {@link #offer} takes, so no record
     * comes between. What was sent directly before the queue filled has to have arrived: it belongs before the queue.
     */
    private synchronized boolean openDirectWay(Segment sent) {
        if (direct) {
            return true;
        }
        if (closing || underway.bytes() > 0 || !spool.passBy(sent)) {
            return false;
        }
        direct = true;
        LOG.info("the broker takes records; the spool is empty");
        return true;
    }

    /** True while records go to the broker without the disk. */
    public synchronized boolean isDirect() {
        return direct;
    }

    /** Bytes on disk that wait for the broker. */
    public long spooledBytes() {
        return spool.bytes();
    }

    @Override
    public SinkStatus status() {
        long awayNs;
        synchronized (this) {
            awayNs = direct ? 0 : Math.max(1, System.nanoTime() - awaySinceNs);
        }
        return new SinkStatus(true, awayNs, spool.bytes(), spool.maxBytes(), lostAtBroker.sum());
    }

    @Override
    public long lost() {
        return lost.total();
    }

    @Override
    public long lost(ProcessId process, long epoch) {
        return lost.of(process, epoch);
    }

    /** What has not arrived in time is in the spool then, and the next start sends it. */
    @Override
    public void close() {
        boolean wasDirect;
        synchronized (this) {
            closing = true;
            underway.keepWhatFails();
            wasDirect = direct;
            direct = false;
        }
        drain.close(wasDirect ? CLOSE_LIMIT : CLOSE_LIMIT_AWAY);
        var left = underway.takeAll();
        try (spool) {
            spool.putBack(left);
        } catch (IOException e) {
            warnings.warn("cannot write to the spool, so records are lost", Spool.reason(e));
        }
    }
}
