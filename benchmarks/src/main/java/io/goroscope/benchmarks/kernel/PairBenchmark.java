package io.goroscope.benchmarks.kernel;

import io.goroscope.benchmarks.BenchContext;
import io.goroscope.benchmarks.Benchmark;
import io.goroscope.benchmarks.Figures;
import io.goroscope.benchmarks.Median;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.RingHandler;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.Place;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Entry and return of a Go function under our probes, beside one hit that the kernel single-steps (our counting program
 * at the function's {@code ret}), bpftrace's uprobe at its first instruction, and, on a C function, bpftrace's uprobe
 * alone and with a uretprobe. What the call takes without a probe is subtracted everywhere.
 */
public final class PairBenchmark implements Benchmark {

    private static final int ROUNDS = 7;
    private static final int CALLS = 20_000;
    private static final int POLL_LIMIT = 1 << 20;

    /** A pair may cost 1.15 single-stepped hits, and 1500 ns beside. */
    private static final double MOST_SINGLE_STEPS = 1.15;

    private static final double SPARE_NS = 1500;

    private final Median pair = new Median();
    private final Median singleStep = new Median();
    private final Median ratio = new Median();
    private final Median uprobeOnGo = new Median();
    private final Median uprobeOnC = new Median();
    private final Median bothOnC = new Median();

    @Override
    public String name() {
        return "pair";
    }

    @Override
    public String about() {
        return "cost of an entry and a return beside a single-stepped hit, and bpftrace's uprobe and uretprobe";
    }

    @Override
    public Figures run(BenchContext context) throws IOException {
        Path binary = compile(context.folder());
        try (HitsProgram go = HitsProgram.start();
                HitsProgram c = HitsProgram.start(binary)) {
            go.nsPerCall(CALLS); // once, so that its code is there
            c.nsPerCall(CALLS);
            for (int round = 1; round <= ROUNDS; round++) {
                round(go, c, binary);
                context.progress("round %d of %d: pair %.2f us, single step %.2f us, uprobe and uretprobe %.2f us"
                        .formatted(round, ROUNDS, pair.value() / 1e3, singleStep.value() / 1e3, bothOnC.value() / 1e3));
            }
        }
        double stepNs = singleStep.value();
        return new Figures()
                .atMost("pair_over_single_step", ratio.value(), MOST_SINGLE_STEPS + SPARE_NS / stepNs)
                .add("pair_ns", pair.value())
                .add("single_step_ns", stepNs)
                .add("bpftrace_uprobe_on_go_ns", uprobeOnGo.value())
                .add("bpftrace_uprobe_on_c_ns", uprobeOnC.value())
                .add("bpftrace_uprobe_and_uretprobe_on_c_ns", bothOnC.value())
                .add("pair_over_bpftrace_uprobe_on_go", pair.value() / uprobeOnGo.value());
    }

    private void round(HitsProgram go, HitsProgram c, Path binary) throws IOException {
        ImagePlan plan = plan();
        double bareNs = go.nsPerCall(CALLS);
        // One right after the other: what a single step costs in a virtual machine changes from second to second.
        double stepNs = ours(go, atReturns(plan), SessionOptions.count()) - bareNs;
        double pairNs = ours(go, plan, SessionOptions.pairs()) - bareNs;
        singleStep.add(stepNs);
        pair.add(pairNs);
        ratio.add(pairNs / stepNs);
        uprobeOnGo.add(bpftrace(Bpftrace.count(HitsProgram.binary(), HitsProgram.FUNCTION, go.pid()), go) - bareNs);
        double bareCNs = c.nsPerCall(CALLS);
        uprobeOnC.add(bpftrace(Bpftrace.count(binary, "hit", c.pid()), c) - bareCNs);
        bothOnC.add(bpftrace(Bpftrace.time(binary, "hit", c.pid()), c) - bareCNs);
    }

    private static double ours(HitsProgram program, ImagePlan plan, SessionOptions options) throws IOException {
        try (ProbeSession session = ProbeSession.open(List.of(plan), options.withProcesses(Set.of(program.pid())))) {
            double ns = program.nsPerCall(CALLS);
            session.poll(new Drain(), POLL_LIMIT);
            if (session.lostTotal() > 0) {
                throw new IllegalStateException("lost " + session.lostTotal() + " events of " + CALLS + " calls");
            }
            return ns;
        }
    }

    private static double bpftrace(Bpftrace attached, HitsProgram program) throws IOException {
        try {
            return program.nsPerCall(CALLS);
        } finally {
            attached.close();
        }
    }

    private static ImagePlan plan() {
        String spec = HitsProgram.binary() + ":" + HitsProgram.FUNCTION;
        return TraceTarget.resolve(new TraceTarget.Request(List.of(spec), 0, null, false, PlanOptions.TIMING))
                .plans()
                .get(0);
    }

    /** The same function, counted at each {@code ret} that it has: a call hits one of them. */
    private static ImagePlan atReturns(ImagePlan plan) {
        FunctionPlan.Probeable hit = (FunctionPlan.Probeable) plan.functions().get(0);
        List<FunctionPlan> counted = hit.returns().stream()
                .map(at -> new Place(Place.Kind.ENTRY, at.address(), at.fileOffset(), at.goroutine(), 0, false, true))
                .<FunctionPlan>map(place -> new FunctionPlan.Probeable(hit.function(), place, List.of()))
                .toList();
        return new ImagePlan(plan.image(), plan.layout(), counted, List.of(), 0);
    }

    private static Path compile(Path folder) throws IOException {
        Path source = folder.resolve("hits.c");
        try (InputStream in = PairBenchmark.class.getResourceAsStream("hits.c")) {
            Files.copy(in, source);
        }
        Path binary = folder.resolve("hits");
        Process clang = new ProcessBuilder(
                        "clang", "-O1", "-fno-omit-frame-pointer", "-o", binary.toString(), source.toString())
                .inheritIO()
                .start();
        if (clang.onExit().join().exitValue() != 0) {
            throw new UserException("clang cannot compile " + source);
        }
        return binary;
    }

    /** Lets records go. */
    private static final class Drain implements RingHandler {
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
            // Only what it costs is asked for.
        }

        @Override
        public void onProcess(
                ProcessEvent event, long timeNs, int tgid, long detail, long startBootNs, int kernelExecId) {
            // Nor this.
        }
    }
}
