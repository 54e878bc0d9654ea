package io.goroscope.benchmarks.streams;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.BatchEncoder;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.streams.histogram.LatencyHistogram;
import io.goroscope.streams.lane.LaneSet;
import io.goroscope.streams.pairing.AbandonReason;
import io.goroscope.streams.pairing.CallSink;
import io.goroscope.streams.pairing.Pairing;
import io.goroscope.streams.topology.StreamsJobConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What happens to one event, step by step. Each operation is one event. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class HotPath {

    private static final int EVENTS = 4096;
    private static final int GOROUTINES = 2000;
    /** So many that what a new lane begins with is little beside its events. */
    private static final int BATCHES = 2000;

    private static final long WALL_OFFSET_NS = 1_790_000_000_000_000_000L;

    private final BatchDecoder decoder = new BatchDecoder();
    private final DecodedBatch decoded = new DecodedBatch();
    private final List<byte[]> batches = new ArrayList<>();
    private final long[] durationsNs = new long[EVENTS];
    private final LatencyHistogram histogram = new LatencyHistogram();
    private final Nobody nobody = new Nobody();
    private BatchEncoder encoder;
    private DecodedBatch toEncode;
    private LaneSet lanes;
    private Pairing pairing;
    private int next;

    /** Makes the events. */
    @Setup
    public void makeEvents() throws BadRecordException {
        NestedCalls calls = new NestedCalls(GOROUTINES, EVENTS, 0);
        for (int i = 0; i < BATCHES; i++) {
            batches.add(calls.nextBatch());
        }
        Random random = new Random(1);
        for (int i = 0; i < EVENTS; i++) {
            durationsNs[i] = (long) Math.exp(6 + 8 * random.nextDouble());
        }
        encoder = new BatchEncoder(calls.source(), WALL_OFFSET_NS, EVENTS);
        toEncode = new DecodedBatch();
        decoder.decode(batches.get(0), toEncode);
        begin();
    }

    private void begin() {
        next = 0;
        lanes = new LaneSet(StreamsJobConfig.DEFAULT_WINDOW.toNanos());
        pairing = new Pairing(nobody);
    }

    private byte[] nextBatch() {
        if (next == BATCHES) {
            begin();
        }
        return batches.get(next++);
    }

    /** A batch into columns. */
    @org.openjdk.jmh.annotations.Benchmark
    @OperationsPerInvocation(EVENTS)
    public int decode() throws BadRecordException {
        decoder.decode(nextBatch(), decoded);
        return decoded.eventCount();
    }

    /** The same, and entries with returns. */
    @org.openjdk.jmh.annotations.Benchmark
    @OperationsPerInvocation(EVENTS)
    public long decodeAndPair() throws BadRecordException {
        decoder.decode(nextBatch(), decoded);
        pairing.apply(decoded);
        return nobody.sumNs;
    }

    /** All that the job does to an event outside Kafka: decode, check, pair, histograms, windows and edges. */
    @org.openjdk.jmh.annotations.Benchmark
    @OperationsPerInvocation(EVENTS)
    public int decodePairAndCount() throws BadRecordException {
        // Before the first batch of a round the lanes are new.
        byte[] record = nextBatch();
        lanes.check(LaneSet.Input.EVENTS, record);
        lanes.apply(0);
        return lanes.size();
    }

    /** A duration into a histogram. */
    @org.openjdk.jmh.annotations.Benchmark
    @OperationsPerInvocation(EVENTS)
    public long histogram() {
        for (long durationNs : durationsNs) {
            histogram.record(durationNs);
        }
        return histogram.count();
    }

    /** An event into a batch, as the collector does. */
    @org.openjdk.jmh.annotations.Benchmark
    @OperationsPerInvocation(EVENTS)
    public byte[] encode() {
        DecodedBatch from = toEncode;
        for (int i = 0; i < EVENTS; i++) {
            encoder.add(
                    from.timeNs()[i],
                    from.goid()[i],
                    from.depth()[i],
                    from.function()[i],
                    from.what()[i],
                    from.generation()[i],
                    from.segment()[i]);
        }
        return encoder.finish(0, 0);
    }

    /** Takes calls and keeps only what cannot be optimised away. */
    private static final class Nobody implements CallSink {

        private long sumNs;

        @Override
        public void entered(int function, long timeNs) {}

        @Override
        public void paired(
                int function, int caller, long durationNs, long selfNs, long timeNs, long identity, int what) {
            sumNs += durationNs;
        }

        @Override
        public void abandoned(int function, AbandonReason reason, long openNs, long timeNs) {}

        @Override
        public void unmatched(int function, long timeNs) {}

        @Override
        public void uncertain(int function, long timeNs) {}
    }
}
