package io.goroscope.collector.spool;

import io.goroscope.collector.publish.LostEvents;
import io.goroscope.collector.publish.OutgoingRecord;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;

/** The queue on disk. May be used by several threads; no method waits for anything but the disk. */
final class Spool implements AutoCloseable {

    private static final long MAX_SEGMENT_BYTES = 8 << 20;
    private static final int SEGMENTS = 16;
    private static final int LOOK_EVERY = 16;

    private final Path folder;
    private final long maxBytes;
    private final LostEvents lost;
    private final FileChannel lock;
    private final TreeMap<Segment, Closed> closed = new TreeMap<>(Segment.ORDER);
    private final ArrayDeque<Segment> givenUp = new ArrayDeque<>();
    private final SegmentWriter[] tails = new SegmentWriter[2];
    private long closedBytes;
    private long next;
    /** Number of the segment that holds what went to the broker directly and did not arrive, if it comes to that. */
    private long direct;

    private int appended;

    /** A segment that is no longer written: its size, and what is in it. */
    private record Closed(long bytes, SegmentContent content) {}

    private Spool(Path folder, long maxBytes, LostEvents lost, FileChannel lock) throws IOException {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.lost = lost;
        this.lock = lock;
        for (Segment segment : Segment.in(folder)) {
            settle(segment, new SegmentContent());
            next = Math.max(next, segment.number() + 1);
        }
    }

    /**
     * Opens a queue, with what an earlier start left in it.
     *
     * @param folder made if it is not there; one collector at a time
     * @param maxBytes bytes on disk at most, but for the dictionary, and for a segment that is being given up
     * @param lost hears of events that are given up
     * @throws UserException if the folder cannot be used, or another collector uses it
     */
    static Spool open(Path folder, long maxBytes, LostEvents lost) {
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                throw new UserException(
                        "spool " + folder + " is in use by another collector; give each its own --spool");
            }
            return new Spool(folder, maxBytes, lost, channel);
        } catch (IOException e) {
            throw new UserException("cannot use spool " + folder + ": " + reason(e), e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock held = channel.tryLock();
            return held != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /**
     * Adds a record at the end.
     *
     * @throws IOException if the disk is full or fails. The record is not in the queue then; those before it that the disk
     *     had not got yet are counted as lost.
     */
    synchronized void append(OutgoingRecord record) throws IOException {
        int which = Segment.isDictionary(record.kind()) ? 1 : 0;
        if (tails[which] != null && appended++ % LOOK_EVERY == 0) {
            bound(which);
        }
        SegmentWriter tail = tail(which);
        try {
            tail.append(record);
        } catch (IOException e) {
            tails[which] = null;
            tail.forget(record);
            abandon(tail, e);
            throw e;
        }
    }

    /**
     * Lets records pass the queue by, where nothing of it is left to be sent. Their place in it is kept: before all that
     * comes later.
     *
     * @param sent the segment that may still be in it, since it has been sent and has not all arrived; or null
     * @return false where there is more in it
     */
    synchronized boolean passBy(Segment sent) {
        boolean sentAll =
                closed.isEmpty() || (closed.size() == 1 && closed.firstKey().equals(sent));
        if (!sentAll || tails[0] != null || tails[1] != null) {
            return false;
        }
        direct = next++;
        return true;
    }

    /** Puts back what passed the queue by and has not arrived, in its place. */
    synchronized void putBack(List<OutgoingRecord> records) throws IOException {
        for (boolean dictionary : new boolean[] {true, false}) {
            List<OutgoingRecord> mine = records.stream()
                    .filter(record -> Segment.isDictionary(record.kind()) == dictionary)
                    .toList();
            if (!mine.isEmpty()) {
                SegmentWriter writer = SegmentWriter.create(Segment.of(folder, direct, dictionary));
                for (OutgoingRecord record : mine) {
                    writer.append(record);
                }
                writer.close();
                settle(writer.segment(), writer.content());
            }
        }
    }

    /** Forgets a segment whose file somebody removed, and counts what was in it. */
    synchronized void lose(Segment segment) {
        Closed gone = closed.get(segment);
        if (gone != null) {
            gone.content().lose(lost);
            forget(segment);
        }
    }

    /**
     * The oldest segment, which is then no longer written, or null where the queue is empty. It stays in the queue until it
     * is removed or given up.
     */
    synchronized Segment oldest() throws IOException {
        if (closed.isEmpty()) {
            closeTail(1);
            closeTail(0);
        }
        return closed.isEmpty() ? null : closed.firstKey();
    }

    /** True while a segment is in the queue, and has not been given up. */
    synchronized boolean contains(Segment segment) {
        return closed.containsKey(segment);
    }

    /** Removes a segment all of which has arrived. */
    synchronized void remove(Segment segment) throws IOException {
        if (closed.containsKey(segment)) {
            forget(segment);
            Files.deleteIfExists(segment.file());
        }
    }

    /** A segment that was given up, for its events to be counted and its file to be deleted; or null. */
    synchronized Segment pollGivenUp() {
        return givenUp.poll();
    }

    /** How many there may be. */
    long maxBytes() {
        return maxBytes;
    }

    /** Bytes on disk, but for the dictionary. */
    synchronized long bytes() {
        return closedBytes + (tails[0] == null ? 0 : tails[0].segment().bytes());
    }

    /** Ends the segments that are being written, and lets another collector in. */
    @Override
    public synchronized void close() throws IOException {
        try (lock) {
            closeTail(1);
            closeTail(0);
        }
    }

    private SegmentWriter tail(int which) throws IOException {
        if (tails[which] == null) {
            // Somebody may have removed the folder.
            Files.createDirectories(folder);
            tails[which] = SegmentWriter.create(Segment.of(folder, next, which == 1));
            next++;
        }
        return tails[which];
    }

    private void bound(int which) throws IOException {
        if (!Files.exists(tails[which].segment().file())) {
            SegmentContent gone = tails[which].content();
            tails[which].leave();
            tails[which] = null;
            gone.lose(lost);
            throw new NoSuchFileException(folder.toString());
        }
        long bytes = tails[which].segment().bytes();
        if (bytes >= Math.min(MAX_SEGMENT_BYTES, maxBytes / SEGMENTS)) {
            closeTail(which);
        }
        Segment oldest = oldestEvents();
        while (oldest != null && bytes() > maxBytes) {
            forget(oldest);
            givenUp.add(oldest);
            oldest = oldestEvents();
        }
    }

    private Segment oldestEvents() {
        return closed.keySet().stream()
                .filter(segment -> !segment.dictionary())
                .findFirst()
                .orElse(null);
    }

    private void closeTail(int which) throws IOException {
        SegmentWriter tail = tails[which];
        if (tail != null) {
            tails[which] = null;
            try {
                tail.close();
            } catch (IOException e) {
                abandon(tail, e);
                throw e;
            }
            settle(tail.segment(), tail.content());
        }
    }

    private void abandon(SegmentWriter tail, IOException why) {
        try {
            tail.lose(lost);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
        settle(tail.segment(), tail.content());
    }

    private void settle(Segment segment, SegmentContent content) {
        long bytes = segment.dictionary() ? 0 : segment.bytes();
        closed.put(segment, new Closed(bytes, content));
        closedBytes += bytes;
    }

    private void forget(Segment segment) {
        closedBytes -= closed.remove(segment).bytes();
    }

    static String reason(IOException e) {
        return e.getMessage() == null
                ? e.getClass().getSimpleName()
                : e.getClass().getSimpleName() + " " + e.getMessage();
    }
}
