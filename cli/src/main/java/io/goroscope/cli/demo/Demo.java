package io.goroscope.cli.demo;

import io.goroscope.cli.broker.FreePort;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.KernelFeatures;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One run of the demo: starts all, watches, and ends with a summary. */
final class Demo {

    private static final long SETTLE_LIMIT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long READY_LIMIT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_MS = 50;

    private final DemoOptions options;
    private final DemoSteps steps = DemoSteps.begin(System.out);
    private final StatusLine line = StatusLine.onStandardOutput();
    private final ProbeLoad load = new ProbeLoad();

    Demo(DemoOptions options) {
        this.options = options;
    }

    /**
     * Runs it to its end.
     *
     * @throws UserException if a part cannot start, or gives up
     */
    void run() {
        KafkaLog.quiet();
        Optional<String> obstacle = obstacle();
        if (obstacle.isPresent() && options.target().isPresent()) {
            throw new UserException(obstacle.get());
        }
        try (Closing closing = new Closing()) {
            Path folder = closing.add(WorkFolder.create(Path.of(System.getProperty("java.io.tmpdir"))))
                    .path();
            steps.done("folder", folder.toString());
            int sinkPort = FreePort.find();
            PrometheusProcess prometheus = startPrometheus(closing, folder, sinkPort);
            CompletableFuture<TraceTarget> plan = obstacle.isPresent()
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.supplyAsync(target(prometheus)::resolve);
            Pipeline pipeline = Pipeline.start(closing, steps, folder, sinkPort, options.pagePort(), load::forPage);
            PrometheusApi api = new PrometheusApi(prometheus.url());
            awaitReady(api, prometheus);
            CallSource source = closing.add(startSource(obstacle, plan, prometheus, pipeline, folder));
            closing.add(QueryLoad.start(api));
            double seconds = watch(closing, pipeline, source, prometheus);
            closing.closeNow(source);
            settle(pipeline, source);
            System.out.println();
            System.out.print(DemoSummary.table(pipeline.functions(), seconds));
            System.out.println(QuantileAnswers.ask(api));
            System.out.flush();
            // Before the sink: a scrape that is cut off is an error to it.
            closing.closeNow(prometheus);
        }
    }

    private double watch(Closing closing, Pipeline pipeline, CallSource source, PrometheusProcess prometheus) {
        try {
            return new Watch(steps, line, pipeline, source, prometheus, load).run(options.seconds());
        } catch (RuntimeException e) {
            line.end();
            pipeline.forgetIfBroken(closing);
            throw e;
        }
    }

    /** Why nothing can be traced here, with what to do about it; empty where all is well. */
    private static Optional<String> obstacle() {
        try {
            KernelFeatures.probe().require();
            return Optional.empty();
        } catch (UserException e) {
            return Optional.of(e.getMessage());
        }
    }

    private DemoTarget target(PrometheusProcess prometheus) {
        return options.target()
                .map(text -> DemoTarget.parse(text, options.functions()))
                .orElseGet(() -> DemoTarget.prometheus(prometheus.executable(), options.functions()));
    }

    private PrometheusProcess startPrometheus(Closing closing, Path folder, int sinkPort) {
        Path executable = toRealPath(options.prometheus());
        PrometheusVersion version = PrometheusProcess.version(executable);
        int port = FreePort.find();
        PrometheusConfig config = new PrometheusConfig(version, "127.0.0.1:" + port, "127.0.0.1:" + sinkPort);
        PrometheusProcess prometheus = closing.add(PrometheusProcess.start(executable, folder, port, config));
        steps.done(
                "prometheus",
                version.text() + " (" + version.goVersion() + "), pid " + prometheus.pid() + ", at "
                        + prometheus.url());
        return prometheus;
    }

    private CallSource startSource(
            Optional<String> obstacle,
            CompletableFuture<TraceTarget> plan,
            PrometheusProcess prometheus,
            Pipeline pipeline,
            Path folder) {
        if (obstacle.isPresent()) {
            return replay(obstacle.get(), pipeline, folder);
        }
        TraceTarget target = planned(plan);
        boolean own = options.target().isEmpty();
        Set<Integer> pids = own ? Set.of((int) prometheus.pid()) : Set.copyOf(target.pids());
        try {
            LiveSource source = LiveSource.start(target, pids, pipeline.client(), steps);
            load.calibrate(folder);
            return source;
        } catch (UserException e) {
            if (own) {
                return replay(e.getMessage(), pipeline, folder);
            }
            throw e;
        }
    }

    private CallSource replay(String obstacle, Pipeline pipeline, Path folder) {
        CallSource source = ReplayedSource.start(folder, pipeline.client());
        steps.done("no probes", obstacle);
        steps.done("replay", "a capture of the same program, recorded elsewhere, goes the same way instead");
        return source;
    }

    /** Lets what was published arrive: all calls that the kernel counted, and nothing on its way. */
    private static void settle(Pipeline pipeline, CallSource source) {
        long end = System.nanoTime() + SETTLE_LIMIT_NS;
        while (System.nanoTime() < end && (pipeline.calls() < source.status().calls() || pipeline.lag() > 0)) {
            pipeline.checkAlive();
            pause();
        }
    }

    private static TraceTarget planned(CompletableFuture<TraceTarget> plan) {
        try {
            return plan.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static void awaitReady(PrometheusApi api, PrometheusProcess prometheus) {
        long end = System.nanoTime() + READY_LIMIT_NS;
        try {
            while (!api.isReady()) {
                prometheus.checkAlive();
                if (System.nanoTime() > end) {
                    throw new UserException("Prometheus does not answer at " + prometheus.url());
                }
                pause();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserException("interrupted while Prometheus started", e);
        }
    }

    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MS));
    }

    private static Path toRealPath(Path executable) {
        try {
            return executable.toRealPath();
        } catch (IOException e) {
            throw new UserException("cannot find " + executable + ": " + e.getMessage(), e);
        }
    }
}
