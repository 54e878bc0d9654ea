package io.goroscope.collector.kernel;

import io.goroscope.collector.value.Register;
import io.goroscope.collector.value.Snapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * One record of a capture session: who was where, the registers, and the captured stretches of memory. The twin of
 * {@code struct capture} in {@code bpf/capture.h}, which draws it.
 */
public final class CaptureRecord implements Snapshot {

    static final int HEAD_BYTES = 176;

    private static final int IDENTITY = 8;
    private static final int DEPTH = 16;
    private static final int PROBE = 24;
    private static final int FLAGS = 28;
    private static final int TGID = 32;
    private static final int TID = 36;
    private static final int COMM = 40;
    private static final int COMM_BYTES = 16;
    private static final int REGISTERS = 56;
    private static final int USED = 168;
    private static final int FRAMES = 172;

    private static final int CHUNK_HEAD_BYTES = 16;
    private static final int CHUNK_FAULT = 1;
    private static final int CHUNK_VECTORS = 4;
    private static final int VECTOR_BYTES = 16;

    private static final int NO_IDENTITY = 1;
    private static final int SYSTEM_STACK = 2;
    private static final int FULL = 4;
    private static final int UNFINISHED = 8;

    private final ByteBuffer bytes;
    private final int chunksEnd;

    private CaptureRecord(ByteBuffer bytes) {
        this.bytes = bytes;
        this.chunksEnd = HEAD_BYTES + bytes.getInt(USED) - 8 * bytes.getInt(FRAMES);
    }

    /** Copies a record out of the ring. */
    static CaptureRecord copy(ByteBuffer ring, int at) {
        byte[] copy = new byte[HEAD_BYTES + ring.getInt(at + USED)];
        ring.get(at, copy);
        return new CaptureRecord(ByteBuffer.wrap(copy).order(ByteOrder.nativeOrder()));
    }

    /** ns of CLOCK_MONOTONIC. */
    public long timeNs() {
        return bytes.getLong(0);
    }

    /** The goroutine's number; the address of g on a system stack; the thread's id where there is no goroutine. */
    public long identity() {
        return bytes.getLong(IDENTITY);
    }

    /** True where {@link #identity} is a goroutine's number. */
    public boolean hasGoroutine() {
        return (bytes.getInt(FLAGS) & (NO_IDENTITY | SYSTEM_STACK)) == 0;
    }

    /** True where {@link #identity} is the address of g. */
    public boolean isOnSystemStack() {
        return (bytes.getInt(FLAGS) & SYSTEM_STACK) != 0;
    }

    /** The frame's key. */
    public long depth() {
        return bytes.getLong(DEPTH);
    }

    /** Number of the probe: index in the list that the session was opened with. */
    public int probe() {
        return bytes.getInt(PROBE);
    }

    /** True where something that was asked for found no room in the record. */
    public boolean isIncomplete() {
        return (bytes.getInt(FLAGS) & (FULL | UNFINISHED)) != 0;
    }

    public int tgid() {
        return bytes.getInt(TGID);
    }

    public int tid() {
        return bytes.getInt(TID);
    }

    /** The thread's name. */
    public String comm() {
        byte[] name = new byte[COMM_BYTES];
        bytes.get(COMM, name);
        int length = 0;
        while (length < COMM_BYTES && name[length] != 0) {
            length++;
        }
        return new String(name, 0, length, StandardCharsets.UTF_8);
    }

    /** Return addresses of the callers, innermost first, without the immediate caller's. */
    public long[] frames() {
        long[] frames = new long[bytes.getInt(FRAMES)];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = bytes.getLong(chunksEnd + 8 * i);
        }
        return frames;
    }

    @Override
    public long register(Register register) {
        return bytes.getLong(REGISTERS + 8 * register.index());
    }

    /** They come first where there are any. */
    @Override
    public byte[] vector(int number) {
        boolean there =
                chunksEnd >= HEAD_BYTES + CHUNK_HEAD_BYTES && (bytes.getInt(HEAD_BYTES + 12) & CHUNK_VECTORS) != 0;
        return there ? copyOf(HEAD_BYTES + CHUNK_HEAD_BYTES + VECTOR_BYTES * number, VECTOR_BYTES) : null;
    }

    private byte[] copyOf(int from, int length) {
        byte[] copy = new byte[length];
        bytes.get(from, copy);
        return copy;
    }

    @Override
    public byte[] memory(long address, int length) {
        byte[] there = available(address, length);
        return there != null && there.length == length ? there : null;
    }

    @Override
    public byte[] available(long address, int length) {
        int best = -1;
        int bestLength = 0;
        int at = HEAD_BYTES;
        while (at + CHUNK_HEAD_BYTES <= chunksEnd) {
            int have = bytes.getInt(at + 8);
            long skip = address - bytes.getLong(at);
            boolean memory = (bytes.getInt(at + 12) & (CHUNK_FAULT | CHUNK_VECTORS)) == 0;
            if (memory && skip >= 0 && skip < have && have - skip > bestLength) {
                best = at + CHUNK_HEAD_BYTES + (int) skip;
                bestLength = (int) (have - skip);
            }
            at += CHUNK_HEAD_BYTES + (have + 7 & ~7);
        }
        if (length == 0) {
            return new byte[0];
        }
        return best < 0 ? null : copyOf(best, Math.min(length, bestLength));
    }
}
