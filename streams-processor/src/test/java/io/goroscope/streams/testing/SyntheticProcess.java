package io.goroscope.streams.testing;

import io.goroscope.schemas.LanePartitioner;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.FunctionCount;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.Lifecycle;
import io.goroscope.schemas.avro.LifecycleKind;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.schemas.batch.BatchDescriptor;
import io.goroscope.schemas.batch.BatchEncoder;
import io.goroscope.schemas.batch.LaneSource;
import io.goroscope.streams.lane.LaneSet.Input;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A Go program that never ran, and the collector that watched it: goroutines that call, recurse, return, jump, panic,
 * recover and end, from a seed; signal handlers and code on system stacks; events lost in the ring, batches lost on the way,
 * batches sent twice; probes that are taken away and put back; a collector that is started again. It writes the records
 * that such a collector would publish.
 */
public final class SyntheticProcess {

    /** How much goes wrong. */
    public record Trouble(double lostEvents, double lostBatches, double repeatedBatches) {
        /** All arrives once. */
        public static final Trouble NONE = new Trouble(0, 0, 0);
    }

    /** A record as it would be published. */
    public static final class Produced {
        private final Input input;
        private final LaneId lane;
        private final byte[] value;
        private final long timestampMs;

        public Produced(Input input, LaneId lane, byte[] value, long timestampMs) {
            this.input = input;
            this.lane = lane;
            this.value = value;
            this.timestampMs = timestampMs;
        }

        /** Where it goes. */
        public Input input() {
            return input;
        }

        /** Whose it is. */
        public LaneId lane() {
            return lane;
        }

        /** The record. */
        public byte[] value() {
            return value;
        }

        /** Its timestamp, ms since 1970. */
        public long timestampMs() {
            return timestampMs;
        }

        /** Its key. */
        public byte[] key() {
            return LanePartitioner.key(lane);
        }
    }

    /** One event as it left the program, whether or not it arrived. */
    @FunctionalInterface
    public interface Witness {
        /** As {@code Event.avsc}. */
        void event(int lane, long timeNs, long goid, long depth, int function, int what, int generation);
    }

    private static final long WALL_OFFSET_NS = 1_700_000_000_000_000_000L;
    private static final int GENERATION_SLOTS = 64;
    private static final int MAX_FRAMES = 8;
    private static final int THREADS = 6;

    private static final class Goroutine {
        long id;
        final int[] functions = new int[MAX_FRAMES];
        final long[] depths = new long[MAX_FRAMES];
        int frames;
    }

    private final Random random;
    /** Of its own, so that the program does the same however its events are spread over lanes and batches. */
    private final Random way;

    private final Trouble trouble;
    private final int functions;
    private final int batchEvents;
    private final String host;
    private final ProcessId process;
    private final LaneSource[] sources;
    private final BatchEncoder[] encoders;
    private final Goroutine[] goroutines;
    private final int[] generations = new int[GENERATION_SLOTS];
    private final long[] calls;
    private final long[] lostOf;
    private final Consumer<Produced> publish;
    private Witness witness = (lane, timeNs, goid, depth, function, what, generation) -> {};
    private long nextGoid = 1;
    private long timeNs = 1_000_000_000L;
    private long lostSinceBatch;
    private long countsSequence;

    /** Sizes of a program. */
    public record Size(int lanes, int goroutines, int functions, int batchEvents) {}

    /**
     * @param name of the host, so that several differ
     * @param publish takes the records in the order of publishing
     */
    public SyntheticProcess(String name, long seed, Size size, Trouble trouble, Consumer<Produced> publish) {
        this(name, seed, size, trouble, publish, 17L);
    }

    /** The same under another start of the collector. */
    public SyntheticProcess(
            String name, long seed, Size size, Trouble trouble, Consumer<Produced> publish, long epoch) {
        this.random = new Random(seed);
        this.way = new Random(~seed);
        this.trouble = trouble;
        this.functions = size.functions();
        this.batchEvents = size.batchEvents();
        this.publish = publish;
        this.calls = new long[functions];
        this.lostOf = new long[functions];
        host = name;
        process = new ProcessId(name, "boot", 4000 + (int) (seed & 0xFF), 4711L, 0);
        sources = new LaneSource[size.lanes()];
        encoders = new BatchEncoder[size.lanes()];
        beginEpoch(epoch);
        goroutines = new Goroutine[size.goroutines()];
        for (int i = 0; i < goroutines.length; i++) {
            goroutines[i] = new Goroutine();
            goroutines[i].id = nextGoid++;
        }
    }

    private void beginEpoch(long epoch) {
        for (int lane = 0; lane < sources.length; lane++) {
            sources[lane] = new LaneSource(
                    new LaneId(process, "collector-" + host, epoch, lane, sources.length),
                    "/usr/bin/app",
                    "app",
                    List.of(new ImageRef("build-1", "/usr/bin/app")));
            encoders[lane] = new BatchEncoder(sources[lane], WALL_OFFSET_NS, batchEvents);
        }
    }

    /** Lets somebody see all events that arrive, in their order. */
    public void watch(Witness other) {
        witness = other;
    }

    /** Its lanes. */
    public List<LaneSource> sources() {
        return List.of(sources);
    }

    /** Runs for so many events, lost ones included. */
    public void run(long events) {
        for (long done = 0; done < events; ) {
            done += step(goroutines[random.nextInt(goroutines.length)]);
        }
        countsNow(false);
    }

    /** The process ends: all batches are published, with the news in every lane. */
    public void end() {
        timeNs += 1000;
        tellAll(LifecycleKind.PROCESS_END, -1, "exit 0");
        flush();
        countsNow(true);
    }

    /** The collector begins, finds the process, and attaches. */
    public void begin() {
        tellAll(LifecycleKind.COLLECTOR_START, -1, "1.0");
        tellAll(LifecycleKind.PROCESS_START, -1, "");
        tellAll(LifecycleKind.ATTACH, -1, "pairs");
    }

    /** The probes of a function are taken away; calls of it that are open will not be seen to end. */
    public void detach(int function) {
        tellAll(LifecycleKind.DETACH, function, "");
    }

    /** They are put back. */
    public void attach(int function) {
        tellAll(LifecycleKind.ATTACH, function, "");
    }

    /**
     * The collector ends and another is started: sequences, counters and loss begin anew, the program has gone on.
     *
     * @param orderly whether the first said so; where it was killed, what it had not published is gone
     */
    public void restartCollector(long epoch, boolean orderly) {
        if (orderly) {
            tellAll(LifecycleKind.COLLECTOR_END, -1, "");
            flush();
            countsNow(true);
        }
        beginEpoch(epoch);
        Arrays.fill(generations, 0);
        Arrays.fill(calls, 0);
        Arrays.fill(lostOf, 0);
        lostSinceBatch = 0;
        countsSequence = 0;
        begin();
    }

    private void tellAll(LifecycleKind kind, int function, String detail) {
        for (BatchEncoder encoder : encoders) {
            encoder.add(new Lifecycle(0, timeNs, kind, function, detail));
        }
    }

    /** Publishes what is in the making. */
    public void flush() {
        for (int lane = 0; lane < encoders.length; lane++) {
            if (!encoders[lane].isEmpty()) {
                finish(lane);
            }
        }
    }

    private int step(Goroutine g) {
        timeNs += 20 + random.nextInt(400);
        int choice = random.nextInt(1000);
        if (choice == 999) {
            return elsewhere();
        }
        if (g.frames == 0 || (g.frames < MAX_FRAMES && choice < 470)) {
            return call(g);
        }
        if (choice < 980) {
            return emit(g, BatchDescriptor.RETURN, g.functions[g.frames - 1], g.depths[--g.frames]);
        }
        if (choice < 986) {
            return emit(g, BatchDescriptor.TAIL, g.functions[g.frames - 1], g.depths[--g.frames]);
        }
        return choice < 994 ? panic(g) : goexit(g);
    }

    private int call(Goroutine g) {
        int function = random.nextInt(functions);
        long below = g.frames == 0 ? 0 : g.depths[g.frames - 1];
        g.functions[g.frames] = function;
        g.depths[g.frames] = below + 64 + 16L * (function % 7);
        g.frames++;
        calls[function]++;
        return emit(g, BatchDescriptor.ENTRY, function, g.depths[g.frames - 1]);
    }

    /** A panic, recovered in some frame, which then returns; or in a function that is not traced, below all frames. */
    private int panic(Goroutine g) {
        long top = g.depths[g.frames - 1];
        int emitted = emit(g, BatchDescriptor.PANIC, functions, top + 80);
        int recovered = random.nextInt(g.frames + 1);
        timeNs += 100;
        if (recovered < g.frames) {
            g.frames = recovered;
            return emitted + emit(g, BatchDescriptor.RETURN, g.functions[recovered], g.depths[recovered]);
        }
        g.frames = 0;
        return emitted + emit(g, BatchDescriptor.DEFER_RETURN, functions + 1, 16);
    }

    /** Code that runs on no goroutine's stack: a signal handler, the scheduler; or whose goroutine could not be read. */
    private int elsewhere() {
        int function = random.nextInt(functions);
        int where = List.of(BatchDescriptor.OFF_STACK, BatchDescriptor.SYSTEM_STACK, BatchDescriptor.NO_IDENTITY)
                .get(random.nextInt(3));
        long identity = where == BatchDescriptor.NO_IDENTITY ? 0 : 1_000 + random.nextInt(THREADS);
        calls[function]++;
        int emitted = emit(identity, BatchDescriptor.ENTRY | where, function, 200);
        timeNs += 50;
        return emitted + emit(identity, BatchDescriptor.RETURN | where, function, 200);
    }

    private int goexit(Goroutine g) {
        int emitted = 0;
        if (random.nextBoolean()) {
            emitted += emit(g, BatchDescriptor.GOEXIT, functions + 2, g.depths[g.frames - 1] + 48);
            timeNs += 100;
        }
        emitted += emit(g, BatchDescriptor.GOROUTINE_END, functions + 3, 0);
        g.frames = 0;
        g.id = nextGoid++;
        return emitted;
    }

    private int emit(Goroutine g, int kind, int function, long depth) {
        return emit(g.id, kind, function, depth);
    }

    private int emit(long id, int what, int function, long depth) {
        int slot = (int) (id % GENERATION_SLOTS);
        int lane = (int) (id % encoders.length);
        if (random.nextDouble() < trouble.lostEvents) {
            generations[slot] = (generations[slot] + 1) & 0xFFFF;
            lostSinceBatch++;
            if (function < functions) {
                lostOf[function]++;
            }
            return 1;
        }
        // Neighbours of other CPUs may be some µs late.
        long seenNs = random.nextInt(5000) == 0 ? timeNs - 10 : timeNs;
        encoders[lane].add(seenNs, id, depth, function, what, generations[slot], 0);
        witness.event(lane, seenNs, id, depth, function, what, generations[slot]);
        if (encoders[lane].isFull()) {
            finish(lane);
        }
        return 1;
    }

    private void finish(int lane) {
        long lost = lane == 0 ? lostSinceBatch : 0;
        if (lane == 0) {
            lostSinceBatch = 0;
        }
        byte[] value = encoders[lane].finish(timeNs, lost);
        int copies = way.nextDouble() < trouble.lostBatches ? 0 : way.nextDouble() < trouble.repeatedBatches ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            publish.accept(new Produced(Input.EVENTS, sources[lane].id(), value, wallMs()));
        }
        if (lane == 0 && way.nextInt(20) == 0) {
            countsNow(false);
        }
    }

    private long wallMs() {
        return (timeNs + WALL_OFFSET_NS) / 1_000_000;
    }

    private void countsNow(boolean ended) {
        List<FunctionCount> counts = new ArrayList<>();
        for (int function = 0; function < functions; function++) {
            counts.add(new FunctionCount(function, calls[function], lostOf[function]));
        }
        LaneId of = sources[0].id();
        LaneId id = new LaneId(of.getProcess(), of.getCollector(), of.getEpoch(), -1, of.getLanes());
        FunctionCounts record = new FunctionCounts(
                id,
                "/usr/bin/app",
                "app",
                sources[0].images(),
                countsSequence++,
                timeNs,
                WALL_OFFSET_NS,
                ended,
                counts);
        publish.accept(new Produced(Input.COUNTS, id, Records.encode(record), wallMs()));
    }

    /** Calls of each function so far. */
    public long[] calls() {
        return calls.clone();
    }
}
