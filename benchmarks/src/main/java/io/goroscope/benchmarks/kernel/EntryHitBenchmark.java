package io.goroscope.benchmarks.kernel;

import io.goroscope.benchmarks.BenchContext;
import io.goroscope.benchmarks.Benchmark;
import io.goroscope.benchmarks.Figures;
import io.goroscope.benchmarks.Median;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What an entry hit costs the traced program, beside bpftrace's {@code count()} at the same function of the same process;
 * and how long it takes to attach to all functions of a large program.
 */
public final class EntryHitBenchmark implements Benchmark {

    private static final int ROUNDS = 5;
    private static final int ATTACH_ROUNDS = 3;
    private static final int CALLS = 200_000;
    /** bpftrace's probe is single-stepped: a call takes 10 to 30 times as long. */
    private static final int BPFTRACE_CALLS = 20_000;

    private static final double WORST_RATIO = 1.0 / 15;
    private static final double LONGEST_ATTACH_S = 1;
    private static final Path LARGE = Path.of("/usr/bin/prometheus");

    @Override
    public String name() {
        return "entry_hit";
    }

    @Override
    public String about() {
        return "cost of an entry hit beside bpftrace's count(), and the time to attach to all of prometheus";
    }

    @Override
    public Figures run(BenchContext context) throws IOException {
        Figures figures = new Figures();
        try (HitsProgram program = HitsProgram.start()) {
            program.nsPerCall(CALLS); // once, so that its code is there
            Median bare = new Median();
            Median ours = new Median();
            Median others = new Median();
            Median emulated = new Median();
            for (int round = 0; round < ROUNDS; round++) {
                double bareNs = program.nsPerCall(CALLS);
                bare.add(bareNs);
                ours.add(ours(program) - bareNs);
                Path binary = HitsProgram.binary();
                int pid = program.pid();
                others.add(under(Bpftrace.count(binary, HitsProgram.FUNCTION, pid), program, 1) - bareNs);
                double plainNs = program.nsPerCall(-CALLS);
                emulated.add(under(Bpftrace.count(binary, HitsProgram.PLAIN_FUNCTION, pid), program, -1) - plainNs);
                context.progress(
                        "round %d: ours %.0f ns, bpftrace %.0f ns, bpftrace where nothing is single-stepped %.0f ns"
                                .formatted(round + 1, ours.value(), others.value(), emulated.value()));
            }
            figures.add("call_ns", bare.value());
            figures.add("entry_hit_ns", ours.value());
            figures.add("bpftrace_entry_hit_ns", others.value());
            figures.atMost("entry_hit_over_bpftrace", ours.value() / others.value(), WORST_RATIO);
            // What any program pays on this machine where the kernel emulates the instruction: bpftrace's at a `push`.
            figures.add("bpftrace_emulated_hit_ns", emulated.value());
            figures.add("bpftrace_emulated_over_bpftrace", emulated.value() / others.value());
        }
        attach(figures, context);
        return figures;
    }

    private static double ours(HitsProgram program) throws IOException {
        TraceTarget target = target(HitsProgram.binary() + ":" + HitsProgram.FUNCTION, false);
        SessionOptions options = SessionOptions.count().withProcesses(Set.of(program.pid()));
        try (ProbeSession session = ProbeSession.open(target.plans(), options)) {
            double ns = program.nsPerCall(CALLS);
            if (session.calls(program.pid(), 0) != CALLS) {
                throw new IllegalStateException("counted " + session.calls(program.pid(), 0) + " of " + CALLS);
            }
            return ns;
        }
    }

    /** @param sign of the number of calls: which function is called */
    private static double under(Bpftrace bpftrace, HitsProgram program, int sign) throws IOException {
        try {
            return program.nsPerCall(sign * BPFTRACE_CALLS);
        } finally {
            bpftrace.close();
        }
    }

    private static void attach(Figures figures, BenchContext context) {
        if (!Files.exists(LARGE)) {
            throw new UserException("there is no " + LARGE + " to attach to: apt-get install prometheus");
        }
        TraceTarget target = target(LARGE + ":*", true);
        Median attach = new Median();
        Median detach = new Median();
        int probes = 0;
        for (int round = 0; round < ATTACH_ROUNDS; round++) {
            try (ProbeSession session = ProbeSession.open(target.plans(), SessionOptions.count())) {
                attach.add(session.attachNs() / 1e9);
                probes = session.probes();
                long begin = System.nanoTime();
                session.detach();
                detach.add((System.nanoTime() - begin) / 1e9);
            }
            context.progress("%d probes attached in %.3f s".formatted(probes, attach.value()));
        }
        figures.add("attached_probes", probes);
        figures.atMost("attach_all_s", attach.value(), LONGEST_ATTACH_S);
        figures.add("detach_all_s", detach.value());
    }

    private static TraceTarget target(String spec, boolean everything) {
        return TraceTarget.resolve(
                new TraceTarget.Request(List.of(spec), 0, null, false, new PlanOptions(false, false, everything)));
    }
}
