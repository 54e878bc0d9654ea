package io.goroscope.collector.kernel;

import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.Place;
import io.goroscope.collector.plan.RuntimeLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a hit costs the thread that takes it, on this machine, by our own programs.
 *
 * @param countNs a probe at a cheap entry place, where calls are only counted, ns
 * @param entryNs a probe at a cheap entry place, whose event is sent, ns
 * @param returnNs a probe at a {@code ret}, whose event is sent, ns
 * @param insideNs what of an entry and a return lies between the times of their events, and so in the duration of the
 *     call itself, ns; the whole of both lies in the durations of its callers
 */
public record HitCost(double countNs, double entryNs, double returnNs, double insideNs) {

    /** Rounds far shorter than a scheduler's time slice, so that most of them are not preempted. */
    private static final int ROUNDS = 51;

    private static final int CALLS = 20;
    private static final int POLL_LIMIT = 10_000;
    private static final int RING_BYTES = 1 << 20;
    private static final RuntimeLayout LAYOUT = new RuntimeLayout(false, 152, 0, 8, -8, 0);

    /**
     * Measures it on {@link CalibrationCode}, called by this thread: some tens of ms, and the time to load the programs.
     *
     * @param folder for temporary files
     * @return empty on another architecture than x86-64
     */
    public static Optional<HitCost> measure(Path folder) throws IOException {
        return measure(folder, List.of(SessionOptions.pairs())).stream().findFirst();
    }

    /**
     * Measures what differs between ways to send pairs. Short rounds of all kinds are taken in turn, so that what slows
     * the machine slows them alike, and of each kind the median, so that rounds in which the thread was preempted do not
     * count.
     *
     * @param folder for temporary files
     * @return one of each of {@code ways}, in their order; empty on another architecture than x86-64
     */
    public static List<HitCost> measure(Path folder, List<SessionOptions> ways) throws IOException {
        if (Bpf.isArm()) {
            return List.of();
        }
        List<Course> pairs = new ArrayList<>();
        try (Course bare = Course.bare(folder);
                Course count = Course.probed(folder, SessionOptions.count())) {
            for (SessionOptions way : ways) {
                pairs.add(Course.probed(folder, way.withRingBytes(RING_BYTES)));
            }
            for (int i = 0; i < ROUNDS; i++) {
                bare.run(i);
                count.run(i);
                for (Course pair : pairs) {
                    pair.run(i);
                }
            }
            return pairs.stream().map(pair -> of(bare, count, pair)).toList();
        } finally {
            for (Course pair : pairs) {
                pair.close();
            }
        }
    }

    private static HitCost of(Course bare, Course count, Course pair) {
        return new HitCost(
                Math.max(0, count.entryNs() - bare.entryNs()),
                Math.max(0, pair.entryNs() - bare.entryNs()),
                Math.max(0, pair.pairNs() - pair.entryNs()),
                Math.max(0, pair.durations.medianNs() - bare.entryNs()));
    }

    /** A copy of the code with its own probes, or none, and how long its rounds took. */
    private static final class Course implements AutoCloseable {

        private final Path file;
        private final CalibrationCode code;
        private final ProbeSession session;
        private final double[] entryNs = new double[ROUNDS];
        private final double[] pairNs = new double[ROUNDS];
        private final Durations durations = new Durations();

        private Course(Path file, CalibrationCode code, ProbeSession session) {
            this.file = file;
            this.code = code;
            this.session = session;
        }

        static Course bare(Path folder) throws IOException {
            Path file = write(folder);
            return new Course(file, CalibrationCode.map(file), null);
        }

        static Course probed(Path folder, SessionOptions options) throws IOException {
            Path file = write(folder);
            CalibrationCode code = CalibrationCode.map(file);
            Set<Integer> self = Set.of((int) ProcessHandle.current().pid());
            try {
                return new Course(file, code, ProbeSession.open(List.of(plan(file)), options.withProcesses(self)));
            } catch (IOException | RuntimeException e) {
                new Course(file, code, null).close();
                throw e;
            }
        }

        private static Path write(Path folder) throws IOException {
            return Files.write(Files.createTempFile(folder, "goroscope-calibration", ".bin"), CalibrationCode.bytes());
        }

        /** A round of each function; the session is drained, so that its ring never fills. */
        void run(int round) {
            entryNs[round] = code.nsPerCall(CalibrationCode.ENTRY_ONLY, CALLS);
            drain();
            pairNs[round] = code.nsPerCall(CalibrationCode.ENTRY_AND_RETURN, CALLS);
            drain();
        }

        /** An entry without a return makes no duration. */
        private void drain() {
            if (session != null) {
                session.poll(durations, POLL_LIMIT);
            }
        }

        /** Ns per call of which only the entry has a probe. */
        double entryNs() {
            return median(entryNs);
        }

        /** Ns per call of which the entry and the return have one. */
        double pairNs() {
            return median(pairNs);
        }

        private static double median(double[] rounds) {
            double[] sorted = rounds.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }

        @Override
        public void close() throws IOException {
            if (session != null) {
                session.close();
            }
            code.close();
            Files.delete(file);
        }
    }

    private static ImagePlan plan(Path file) throws IOException {
        Image image = new Image(
                file,
                file.toString(),
                "00",
                Image.Compiler.GC,
                "amd64",
                "",
                "",
                "",
                Map.of(),
                (long) Files.getAttribute(file, "unix:dev"),
                (long) Files.getAttribute(file, "unix:ino"));
        List<FunctionPlan> functions = List.of(
                new FunctionPlan.Probeable(
                        function(0, CalibrationCode.ENTRY_ONLY),
                        place(Place.Kind.ENTRY, CalibrationCode.ENTRY_ONLY),
                        // what has no return place is only counted, never sent; this one is there and never reached
                        List.of(place(Place.Kind.RETURN, CalibrationCode.NEVER_REACHED))),
                new FunctionPlan.Probeable(
                        function(1, CalibrationCode.ENTRY_AND_RETURN),
                        place(Place.Kind.ENTRY, CalibrationCode.ENTRY_AND_RETURN),
                        List.of(place(
                                Place.Kind.RETURN, CalibrationCode.ENTRY_AND_RETURN + CalibrationCode.RETURN_OFFSET))));
        return new ImagePlan(image, LAYOUT, functions, List.of(), 0);
    }

    private static GoFunction function(int index, int offset) {
        return new GoFunction(index, "calibration" + index, offset, CalibrationCode.SIZE, "", 0, false, 0);
    }

    private static Place place(Place.Kind kind, int offset) {
        return new Place(kind, offset, offset, Place.GoroutineSource.REGISTER, 0, false, kind == Place.Kind.RETURN);
    }

    /** Takes the durations of the calls: entries and returns of one thread alternate. */
    private static final class Durations implements RingHandler {

        private static final int ENTRY = 0;

        private final double[] durations = new double[ROUNDS * CALLS];
        private int count;
        private long enteredNs;

        @Override
        public void onEvent(
                long timeNs,
                int tgid,
                int tid,
                long identity,
                long depth,
                long segment,
                int slot,
                int place,
                int what,
                int generation) {
            if (RingRecord.kind(what) == ENTRY) {
                enteredNs = timeNs;
            } else if (count < durations.length) {
                durations[count++] = timeNs - enteredNs;
            }
        }

        @Override
        public void onProcess(
                ProcessEvent event, long timeNs, int tgid, long detail, long startBootNs, int kernelExecId) {
            // It is about ourselves.
        }

        double medianNs() {
            Arrays.sort(durations, 0, count);
            return count == 0 ? 0 : durations[count / 2];
        }
    }
}
