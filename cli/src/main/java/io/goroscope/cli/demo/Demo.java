package io.goroscope.cli.demo;

import io.goroscope.cli.Interruption;
import io.goroscope.cli.broker.FreePort;
import io.goroscope.collector.Collector;
import io.goroscope.collector.CollectorConfig;
import io.goroscope.collector.CollectorStatus;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.KernelFeatures;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.publish.KafkaSink;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One run of the demo: starts all, watches, and ends with a summary. */
final class Demo {

    private static final long SETTLE_LIMIT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long READY_LIMIT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_MS = 100;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int LANES = 2;

    private final DemoOptions options;
    private final DemoSteps steps = DemoSteps.begin(System.out);
    private final StatusLine line = StatusLine.onStandardOutput();
    private final ProbeLoad load = new ProbeLoad();
    private double tracedS;

    Demo(DemoOptions options) {
        this.options = options;
    }

    /**
     * Runs it to its end.
     *
     * @throws UserException if a part cannot start, or gives up
     */
    void run() {
        KernelFeatures features = KernelFeatures.probe();
        features.require();
        try (Closing closing = new Closing()) {
            Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
            Path folder = closing.add(WorkFolder.create(temporary)).path();
            steps.done("folder", folder.toString());
            PrometheusProcess prometheus;
            DemoPorts ports = DemoPorts.free(options.pagePort());
            prometheus = startPrometheus(closing, folder, ports);
            DemoTarget target = options.target()
                    .map(text -> DemoTarget.parse(text, options.functions()))
                    .orElseGet(() -> DemoTarget.prometheus(prometheus.executable(), options.functions()));
            CompletableFuture<TraceTarget> plan = CompletableFuture.supplyAsync(target::resolve);
            Pipeline pipeline = Pipeline.start(closing, steps, folder, ports, load::forPage);
            PrometheusApi api = new PrometheusApi(prometheus.url());
            awaitReady(api, prometheus);
            Collector collector = closing.add(attach(planned(plan), prometheus, pipeline));
            closing.add(QueryLoad.start(api));
            load.calibrate(folder);
            watch(pipeline, collector, prometheus);
            finish(closing, pipeline, collector, api);
            // A scrape that is cut off is an error to the sink.
            closing.closeNow(prometheus);
        }
    }

    private PrometheusProcess startPrometheus(Closing closing, Path folder, DemoPorts ports) {
        Path executable = toRealPath(options.prometheus());
        PrometheusVersion version = PrometheusProcess.version(executable);
        int port = FreePort.find();
        PrometheusConfig config =
                new PrometheusConfig(version, "127.0.0.1:" + port, ports.sinkAddress(), ports.jobAddress());
        PrometheusProcess prometheus = closing.add(PrometheusProcess.start(executable, folder, port, config));
        steps.done(
                "prometheus",
                version.text() + " (" + version.goVersion() + "), pid " + prometheus.pid() + ", at "
                        + prometheus.url());
        return prometheus;
    }

    private Collector attach(TraceTarget target, PrometheusProcess prometheus, Pipeline pipeline) {
        SessionOptions session = SessionOptions.pairs();
        if (options.target().isEmpty()) {
            session = session.withProcesses(Set.of((int) prometheus.pid()));
        } else if (!target.pids().isEmpty()) {
            session = session.withProcesses(Set.copyOf(target.pids()));
        }
        KafkaSink sink = KafkaSink.connect(pipeline.client(), Topics.DEFAULT);
        ProbeSession probes;
        try {
            probes = ProbeSession.open(target.plans(), session);
        } catch (RuntimeException e) {
            sink.close();
            throw e;
        }
        steps.done(
                "probes",
                String.format(
                        Locale.ROOT,
                        "%d functions at %d places, attached in %d ms",
                        target.probeable().size(),
                        probes.probes(),
                        TimeUnit.NANOSECONDS.toMillis(probes.attachNs())));
        return Collector.start(
                probes,
                target.plans(),
                session.processIds().stream().toList(),
                CollectorConfig.defaults().withLanes(LANES),
                sink);
    }

    /** Shows how it goes, until it is to end. */
    private void watch(Pipeline pipeline, Collector collector, PrometheusProcess prometheus) {
        long start = System.nanoTime();
        long end = options.seconds() == 0 ? Long.MAX_VALUE : start + options.seconds() * SECOND_NS;
        long next = start + SECOND_NS;
        boolean firstPair = false;
        CollectorStatus before = collector.status();
        while (System.nanoTime() < end && !Interruption.await(POLL_MS, TimeUnit.MILLISECONDS)) {
            if (!firstPair && pipeline.isFirstPairSeen()) {
                firstPair = true;
                line.println(steps.firstPair(steps.sinceBeginS()));
            }
            if (System.nanoTime() < next) {
                continue;
            }
            next += SECOND_NS;
            pipeline.checkAlive();
            prometheus.checkAlive();
            if (collector.failure() != null) {
                throw collector.failure();
            }
            CollectorStatus now = collector.status();
            double callsPerS = now.calls() - before.calls();
            double eventsPerS = now.events() - before.events();
            before = now;
            load.update(callsPerS, eventsPerS);
            line.update(new DemoStatus(
                            TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                            callsPerS,
                            eventsPerS,
                            now.lost() + now.refused(),
                            pipeline.pairs(),
                            load.percent())
                    .toLine(pipeline.pageUrl()));
        }
        tracedS = (System.nanoTime() - start) / (double) SECOND_NS;
    }

    /** Takes the probes away, lets what is under way arrive, and sums up. */
    private void finish(Closing closing, Pipeline pipeline, Collector collector, PrometheusApi api) {
        line.end();
        closing.closeNow(collector);
        CollectorStatus all = collector.status();
        long end = System.nanoTime() + SETTLE_LIMIT_NS;
        while (System.nanoTime() < end && pipeline.calls() < all.calls()) {
            pipeline.checkAlive();
            pause();
        }
        System.out.println();
        System.out.print(DemoSummary.table(pipeline.functions(), tracedS));
        System.out.println(QuantileAnswers.ask(api));
        System.out.flush();
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
