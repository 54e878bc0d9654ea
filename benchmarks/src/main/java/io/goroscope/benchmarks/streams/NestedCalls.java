package io.goroscope.benchmarks.streams;

import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.BatchEncoder;
import io.goroscope.schemas.batch.LaneSource;
import java.util.List;
import java.util.Random;

/**
 * The events of a busy process: goroutines whose calls nest up to five deep, 64 functions that call four others each, every
 * event by another goroutine, which is the hardest for caches. The same arguments make the same bytes.
 */
public final class NestedCalls {

    private static final long WALL_OFFSET_NS = 1_790_000_000_000_000_000L;
    private static final int FUNCTIONS = 64;
    private static final int CALLEES = 4;
    private static final int MAX_FRAMES = 5;
    private static final int MAX_STEP_NS = 2000;

    private final LaneSource source;
    private final BatchEncoder encoder;
    private final int eventsPerBatch;
    private final Random random;
    private final int[][] functions;
    private final byte[] frames;
    private long timeNs = 1_000_000_000L;

    /**
     * @param goroutines that run at the same time
     * @param eventsPerBatch in each record
     * @param lane number of the process, so that several differ
     */
    public NestedCalls(int goroutines, int eventsPerBatch, int lane) {
        this.source = new LaneSource(
                new LaneId(new ProcessId("bench", "boot", 4000 + lane, 4711L, 0), "collector", 17L, 0, 1),
                "/usr/bin/bench",
                "bench",
                List.of(new ImageRef("build-1", "/usr/bin/bench")));
        this.encoder = new BatchEncoder(source, WALL_OFFSET_NS, eventsPerBatch);
        this.eventsPerBatch = eventsPerBatch;
        this.random = new Random(goroutines * 31L + lane);
        this.functions = new int[goroutines][MAX_FRAMES];
        this.frames = new byte[goroutines];
    }

    /** Whose events these are. */
    public LaneSource source() {
        return source;
    }

    /** The next record. */
    public byte[] nextBatch() {
        for (int i = 0; i < eventsPerBatch; i++) {
            step(random.nextInt(frames.length));
        }
        return encoder.finish(timeNs, 0);
    }

    private void step(int goroutine) {
        timeNs += 1 + random.nextInt(MAX_STEP_NS);
        int open = frames[goroutine];
        boolean call = open == 0 || (open < MAX_FRAMES && random.nextBoolean());
        if (call) {
            int[] stack = functions[goroutine];
            stack[open] = open == 0
                    ? random.nextInt(CALLEES)
                    : (stack[open - 1] * CALLEES + 1 + random.nextInt(CALLEES)) % FUNCTIONS;
            frames[goroutine] = (byte) (open + 1);
            add(goroutine, stack, open, BatchDescriptor.ENTRY);
        } else {
            frames[goroutine] = (byte) (open - 1);
            add(goroutine, functions[goroutine], open - 1, BatchDescriptor.RETURN);
        }
    }

    private void add(int goroutine, int[] stack, int frame, int kind) {
        encoder.add(timeNs, goroutine + 1L, 96L + 112L * frame, stack[frame], kind, 0, 0);
    }
}
