package io.goroscope.streams.crash;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.avro.LaneId;
import io.goroscope.schemas.avro.ProcessId;
import io.goroscope.schemas.batch.BatchDecoder;
import io.goroscope.schemas.batch.DecodedBatch;
import io.goroscope.schemas.batch.LaneSource;
import io.goroscope.streams.lane.LaneSet.Input;
import io.goroscope.streams.testing.NaiveTotals;
import io.goroscope.streams.testing.SyntheticProcess;
import io.goroscope.streams.testing.SyntheticProcess.Produced;
import io.goroscope.streams.testing.SyntheticProcess.Size;
import io.goroscope.streams.testing.SyntheticProcess.Trouble;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The events of many processes, with known totals. A few programs are made up, and each runs on several hosts: the batches of a
 * copy are those of the first but for the name of the host, so that tens of millions of events cost seconds, and their totals
 * are those of the programs, times the copies.
 *
 * <p>Lanes are mixed as they like; within a lane the order stays. Some records are bad.
 */
final class CrashStream {

    /**
     * How large it is.
     *
     * @param programs different ones
     * @param copies hosts that run each
     * @param events of each program and host, lost ones included
     * @param size of each program
     * @param together processes that run at the same time
     */
    record Shape(int programs, int copies, long events, Size size, int together) {}

    private static final Trouble TROUBLE = new Trouble(0.0005, 0.002, 0.02);
    private static final int GOOD_FOR_EACH_BAD = 1500;
    private static final byte[] NONSENSE = {(byte) 0xC3, 2, 'n', 'o', ' ', 'b', 'a', 't', 'c', 'h', 0, 0};

    private final long seed;
    private final Shape shape;
    private final List<List<Produced>> programs = new ArrayList<>();

    CrashStream(long seed, Shape shape) {
        this.seed = seed;
        this.shape = shape;
        for (int program = 0; program < shape.programs(); program++) {
            programs.add(run(program));
        }
    }

    private List<Produced> run(int program) {
        List<Produced> records = new ArrayList<>();
        SyntheticProcess process =
                new SyntheticProcess("program" + program, seed + program, shape.size(), TROUBLE, records::add);
        long piece = shape.events() / 6;
        process.begin();
        process.run(piece);
        process.detach(1);
        process.run(piece);
        process.attach(1);
        process.run(piece);
        process.restartCollector(18, program % 2 == 0);
        process.run(3 * piece);
        if (program % 3 == 2) {
            // It is still running.
            process.flush();
        } else {
            process.end();
        }
        return records;
    }

    /** Records, bad ones included. */
    long records() {
        return good() + bad();
    }

    private long good() {
        return shape.copies() * programs.stream().mapToLong(List::size).sum();
    }

    /** Good records with events. */
    long batches() {
        return shape.copies()
                * programs.stream()
                        .flatMap(List::stream)
                        .filter(each -> each.input() == Input.EVENTS)
                        .count();
    }

    /** True for the value of a record that is bad. */
    static boolean isBad(byte[] value) {
        return Arrays.equals(value, NONSENSE);
    }

    /** Records that are bad. */
    long bad() {
        return good() / GOOD_FOR_EACH_BAD;
    }

    /** What all good records amount to, under the names of {@link NaiveTotals}. */
    Map<String, Long> totals() {
        Map<String, Long> all = new TreeMap<>();
        for (List<Produced> program : programs) {
            NaiveTotals one = new NaiveTotals();
            program.forEach(each -> one.take(each.input(), each.value()));
            one.totals().forEach((name, value) -> all.merge(name, shape.copies() * value, Long::sum));
        }
        return all;
    }

    /** Hands out all records; the same in the same order each time. */
    void play(Consumer<Produced> into) {
        Random random = new Random(seed);
        Deque<Running> waiting = new ArrayDeque<>();
        for (int copy = 0; copy < shape.copies(); copy++) {
            for (List<Produced> program : programs) {
                waiting.add(new Running(program, "-" + copy));
            }
        }
        List<Running> running = new ArrayList<>();
        long played = 0;
        while (!waiting.isEmpty() || !running.isEmpty()) {
            while (running.size() < shape.together() && !waiting.isEmpty()) {
                running.add(waiting.remove());
            }
            Running next = running.get(random.nextInt(running.size()));
            Produced record = next.poll(random);
            into.accept(record);
            if (++played % GOOD_FOR_EACH_BAD == 0) {
                into.accept(new Produced(Input.EVENTS, record.lane(), NONSENSE, record.timestampMs()));
            }
            if (next.left == 0) {
                running.remove(next);
            }
        }
    }

    /** One process on one host. */
    private static final class Running {
        private final Map<Integer, Deque<Produced>> lanes = new TreeMap<>();
        private final Map<LaneId, byte[]> sources = new HashMap<>();
        private final BatchDecoder decoder = new BatchDecoder();
        private final DecodedBatch batch = new DecodedBatch();
        private final String suffix;
        private int left;

        Running(List<Produced> program, String suffix) {
            this.suffix = suffix;
            left = program.size();
            for (Produced each : program) {
                lanes.computeIfAbsent(each.lane().getLane(), unused -> new ArrayDeque<>())
                        .add(each);
            }
        }

        Produced poll(Random random) {
            int at = random.nextInt(left--);
            for (Deque<Produced> lane : lanes.values()) {
                if (at < lane.size()) {
                    return copy(lane.remove());
                }
                at -= lane.size();
            }
            throw new IllegalStateException("fewer records than were counted");
        }

        private Produced copy(Produced original) {
            try {
                LaneId lane = onHost(original.lane());
                byte[] value = original.input() == Input.EVENTS
                        ? copyBatch(original.value(), lane)
                        : copyCounts(original.value(), lane);
                return new Produced(original.input(), lane, value, original.timestampMs());
            } catch (BadRecordException e) {
                throw new IllegalStateException(e);
            }
        }

        private LaneId onHost(LaneId lane) {
            ProcessId of = lane.getProcess();
            ProcessId process = new ProcessId(
                    of.getHost() + suffix, of.getBootId(), of.getPid(), of.getStartTicks(), of.getExecId());
            return new LaneId(process, lane.getCollector() + suffix, lane.getEpoch(), lane.getLane(), lane.getLanes());
        }

        private byte[] copyBatch(byte[] record, LaneId lane) throws BadRecordException {
            decoder.decode(record, batch);
            byte[] source = sources.computeIfAbsent(lane, unused -> {
                LaneSource first = decoder.source(batch);
                return new LaneSource(lane, first.exe(), first.service(), first.images()).encode();
            });
            int rest = batch.sourceOffset() + batch.sourceLength();
            byte[] copy = new byte[batch.sourceOffset() + source.length + record.length - rest];
            System.arraycopy(record, 0, copy, 0, batch.sourceOffset());
            System.arraycopy(source, 0, copy, batch.sourceOffset(), source.length);
            System.arraycopy(record, rest, copy, batch.sourceOffset() + source.length, record.length - rest);
            return copy;
        }

        private static byte[] copyCounts(byte[] record, LaneId lane) throws BadRecordException {
            FunctionCounts counts = Records.decode(record, FunctionCounts.class);
            counts.setSource(lane);
            return Records.encode(counts);
        }
    }
}
