package io.goroscope.sink.remote;

import io.goroscope.sink.remote.EventTimeTable.Moment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xerial.snappy.Snappy;

/**
 * Writes moment after moment on a thread of its own. A receiver that is away or busy is waited for, as long as it takes; what
 * it refuses is counted and said once, and the next moment follows.
 */
public final class RemoteWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RemoteWriter.class);
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(30);
    private static final long IDLE_MS = 500;
    private static final long CLOSE_LIMIT_MS = 5000;
    private static final long MAX_PAUSE_MS = 10_000;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;

    private final URI address;
    private final EventTimeTable table;
    private final BooleanSupplier whole;
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final Thread thread;

    private RemoteWriter(URI address, EventTimeTable table, BooleanSupplier whole) {
        this.address = address;
        this.table = table;
        this.whole = whole;
        this.thread = new Thread(this::run, "goroscope-remote-write");
        thread.setDaemon(true);
    }

    /**
     * Begins to write.
     *
     * @param address the receiver's, such as {@code http://prometheus:9090/api/v1/write}
     * @param whole whether the table has all that the topics had at the start
     */
    public static RemoteWriter start(URI address, EventTimeTable table, BooleanSupplier whole) {
        RemoteWriter writer = new RemoteWriter(address, table, whole);
        writer.thread.start();
        return writer;
    }

    /** Samples and histograms that the receiver took. */
    public long written() {
        return written.get();
    }

    /** Samples and histograms that it refused. */
    public long refused() {
        return refused.get();
    }

    private void run() {
        try {
            while (true) {
                Moment next = whole.getAsBoolean() ? table.next() : null;
                if (next == null) {
                    // Ready is what several records of two topics make together, which another thread reads: so we ask.
                    Thread.sleep(IDLE_MS);
                    continue;
                }
                send(WriteRequest.ofSamples(next.snapshots(), next.timeMs()));
                send(WriteRequest.ofHistograms(next.snapshots(), next.timeMs()));
                table.written(next);
            }
        } catch (InterruptedException e) {
            LOG.trace("asked to end", e);
        } catch (RuntimeException e) {
            LOG.error("writing to {} ended", address, e);
        }
    }

    private void send(WriteRequest request) throws InterruptedException {
        if (request.series() == 0) {
            return;
        }
        long pauseMs = IDLE_MS;
        while (!attempt(request)) {
            // A receiver that is away or busy does not say when it is back; twice the pause each time spares it.
            Thread.sleep(pauseMs);
            pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
        }
    }

    /** Returns whether there is nothing more to do about it. */
    private boolean attempt(WriteRequest request) throws InterruptedException {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(address)
                            .timeout(REQUEST_LIMIT)
                            .header("Content-Encoding", "snappy")
                            .header("Content-Type", "application/x-protobuf")
                            .header("X-Prometheus-Remote-Write-Version", "0.1.0")
                            .header("User-Agent", "goroscope")
                            .POST(BodyPublishers.ofByteArray(Snappy.compress(request.toBytes())))
                            .build(),
                    BodyHandlers.ofString());
            int code = answer.statusCode();
            if (code == TOO_MANY || code >= SERVER_ERROR) {
                LOG.warn(
                        "{} is busy ({}), trying on: {}",
                        address,
                        code,
                        answer.body().strip());
                return false;
            }
            if (code / 100 == 2) {
                written.addAndGet(request.series());
            } else if (refused.getAndAdd(request.series()) == 0) {
                LOG.error(
                        "{} refuses samples ({}; told once): {}; old samples need"
                                + " storage.tsdb.out_of_order_time_window, and native histograms a Prometheus that takes"
                                + " them",
                        address,
                        code,
                        answer.body().strip());
            }
            return true;
        } catch (IOException e) {
            LOG.warn("{} does not answer, trying on: {}", address, e.toString());
            return false;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(CLOSE_LIMIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
