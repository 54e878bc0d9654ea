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
    private static final RuntimeLayout LAYOUT = new RuntimeLayout(false, 152, 0, 8, -8, 0);

    /**
     * Measures it on {@link CalibrationCode}, called by this thread: some tens of ms, and the time to load the programs.
     * The median of short rounds is taken, so that those in which the thread was preempted do not count.
     *
     * @param folder for a temporary file
     * @return empty on another architecture than x86-64
     */
    public static Optional<HitCost> measure(Path folder) throws IOException {
        if (Bpf.isArm()) {
            return Optional.empty();
        }
        Path file = Files.write(Files.createTempFile(folder, "goroscope-calibration", ".bin"), CalibrationCode.bytes());
        try (CalibrationCode code = CalibrationCode.map(file)) {
            double bareNs = median(code, CalibrationCode.ENTRY_ONLY, null, new Durations());
            Set<Integer> self = Set.of((int) ProcessHandle.current().pid());
            double countNs;
            try (ProbeSession session = ProbeSession.open(
                    List.of(plan(file)), SessionOptions.count().withProcesses(self))) {
                countNs = median(code, CalibrationCode.ENTRY_ONLY, session, new Durations()) - bareNs;
            }
            try (ProbeSession session = ProbeSession.open(
                    List.of(plan(file)), SessionOptions.pairs().withProcesses(self))) {
                double entryNs = median(code, CalibrationCode.ENTRY_ONLY, session, new Durations()) - bareNs;
                Durations durations = new Durations();
                double pairNs = median(code, CalibrationCode.ENTRY_AND_RETURN, session, durations) - bareNs;
                return Optional.of(new HitCost(
                        Math.max(0, countNs),
                        Math.max(0, entryNs),
                        Math.max(0, pairNs - entryNs),
                        Math.max(0, durations.medianNs() - bareNs)));
            }
        } finally {
            Files.delete(file);
        }
    }

    /** Ns per call; a session is drained between rounds, so that its ring never fills. */
    private static double median(CalibrationCode code, int function, ProbeSession session, RingHandler handler) {
        double[] rounds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            rounds[i] = code.nsPerCall(function, CALLS);
            if (session != null) {
                session.poll(handler, POLL_LIMIT);
            }
        }
        Arrays.sort(rounds);
        return rounds[ROUNDS / 2];
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
