package io.goroscope.cli.demo;

import io.goroscope.cli.CaptureSender;
import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.schemas.avro.FunctionCount;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.schemas.capture.CaptureReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * A capture that ships with the project, sent at the pace at which it was recorded, by a thread of its own. It was
 * recorded from the demo's Prometheus by {@code goroscope capture}.
 */
final class ReplayedSource implements CallSource {

    private static final String RESOURCE = "prometheus.avro";

    private final CaptureReader reader;
    private final CaptureSender sender;
    private final Thread thread;
    private final BatchDecoder decoder = new BatchDecoder();
    private final DecodedBatch batch = new DecodedBatch();
    private final Map<Integer, Long> counts = new HashMap<>();
    private volatile Status status = new Status(0, 0, 0);
    private volatile RuntimeException failure;

    private ReplayedSource(CaptureReader reader, CaptureSender sender) {
        this.reader = reader;
        this.sender = sender;
        this.thread = new Thread(this::run, "goroscope-demo-replay");
        thread.setDaemon(true);
    }

    /**
     * Begins to send.
     *
     * @param folder for a copy of the capture
     * @param client properties of a Kafka client
     */
    static ReplayedSource start(Path folder, Properties client) {
        Path file = folder.resolve(RESOURCE);
        try (InputStream in = ReplayedSource.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the capture is missing from the jar: " + RESOURCE);
            }
            Files.copy(in, file);
        } catch (IOException e) {
            throw new UserException("cannot write the capture to " + file + ": " + e.getMessage(), e);
        }
        ReplayedSource source =
                new ReplayedSource(CaptureReader.open(file), CaptureSender.connect(client, Topics.DEFAULT));
        source.thread.start();
        return source;
    }

    @Override
    public Status status() {
        return status;
    }

    @Override
    public void checkAlive() {
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public boolean isReplay() {
        return true;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
            reader.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the capture", e);
        } finally {
            sender.close();
        }
    }

    private void run() {
        try {
            long startNs = System.nanoTime();
            long firstMs = 0;
            CapturedRecord record;
            while ((record = reader.next()) != null) {
                firstMs = reader.count() == 1 ? record.getTimestampMs() : firstMs;
                long dueNs = startNs + TimeUnit.MILLISECONDS.toNanos(record.getTimestampMs() - firstMs);
                TimeUnit.NANOSECONDS.sleep(dueNs - System.nanoTime());
                sender.send(record);
                count(record);
            }
            sender.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure = e;
        } catch (BadRecordException e) {
            failure = new UserException("the capture has a record that cannot be read: " + e.getMessage(), e);
        }
    }

    /** Counts as the collector that recorded it did. */
    private void count(CapturedRecord record) throws BadRecordException {
        Status before = status;
        if (record.getTopic().equals(Topics.DEFAULT.of(Topics.Kind.EVENTS))) {
            decoder.decode(bytes(record.getValue()), batch);
            status = new Status(before.calls(), before.events() + batch.eventCount(), before.lost() + batch.lost());
        } else if (record.getTopic().equals(Topics.DEFAULT.of(Topics.Kind.COUNTS))) {
            for (FunctionCount each : Records.decode(bytes(record.getValue()), FunctionCounts.class)
                    .getCounts()) {
                counts.put(each.getFunction(), each.getCalls());
            }
            long calls = counts.values().stream().mapToLong(Long::longValue).sum();
            status = new Status(calls, before.events(), before.lost());
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
