package io.goroscope.benchmarks.collector;

import io.goroscope.benchmarks.BenchContext;
import io.goroscope.benchmarks.Benchmark;
import io.goroscope.benchmarks.Figures;
import io.goroscope.benchmarks.kernel.HitsProgram;
import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.cli.topics.TopicSetup;
import io.goroscope.cli.topics.TopicSpec;
import io.goroscope.collector.kernel.RingLoad;
import io.goroscope.schemas.Topics;
import io.goroscope.sink.Sink;
import io.goroscope.sink.SinkConfig;
import io.goroscope.streams.topology.StreamsJob;
import io.goroscope.streams.topology.StreamsJobConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long it takes from a probe's hit until {@code /metrics} shows the call: collector, broker, job and sink as shipped. */
public final class EventToMetricsBenchmark implements Benchmark {

    private static final int PARTITIONS = 4;
    private static final int WARM_UP_CALLS = 2000;
    private static final int CALLS = 4000;
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final double P99 = 0.99;
    private static final double NS_PER_S = 1e9;
    private static final double LONGEST_S = 2;
    private static final Pattern PAIRED = Pattern.compile(
            "(?m)^goroscope_call_duration_seconds_count\\{[^}]*function=\"main\\.hit\"[^}]*\\} (\\S+)$");

    private final HttpClient http = HttpClient.newHttpClient();

    @Override
    public String name() {
        return "event_to_metrics";
    }

    @Override
    public String about() {
        return "time from a hit until /metrics shows the call";
    }

    @Override
    public Figures run(BenchContext context) throws IOException, InterruptedException {
        CollectorProcess.prepare();
        try (EmbeddedBroker broker = EmbeddedBroker.create(context.folder().resolve("kafka"), Map.of())) {
            Properties client = new Properties();
            client.put("bootstrap.servers", broker.bootstrapServers());
            try (TopicSetup topics = TopicSetup.connect(client)) {
                topics.create(TopicSpec.all(Topics.DEFAULT, PARTITIONS, TopicSpec.FOREVER), 0, 1);
            }
            try (StreamsJob job = StreamsJob.start(
                            StreamsJobConfig.of(client, context.folder().resolve("streams")));
                    Sink sink =
                            Sink.start(SinkConfig.of(broker.bootstrapServers()).withAddress("127.0.0.1", 0));
                    HitsProgram traced = HitsProgram.start();
                    CollectorProcess collector = CollectorProcess.start(
                            context.folder(),
                            broker.bootstrapServers(),
                            "-p",
                            String.valueOf(traced.pid()),
                            HitsProgram.FUNCTION);
                    RingLoad ring = RingLoad.into(collector.pid())) {
                context.progress("the job is " + job.state());
                return measure(ring, traced.pid(), sink.port(), context);
            }
        }
    }

    private Figures measure(RingLoad ring, int pid, int port, BenchContext context)
            throws IOException, InterruptedException {
        long[] writtenNs = new long[WARM_UP_CALLS + CALLS];
        double[] latencyS = new double[CALLS];
        int written = 0;
        int seen = 0;
        long last = System.nanoTime();
        while (seen < writtenNs.length) {
            if (written < writtenNs.length) {
                writtenNs[written++] = System.nanoTime();
                if (ring.write(pid, 0, 1, 1) > 0) {
                    throw new IOException("the ring is full");
                }
            }
            int shown = shown(port);
            long now = System.nanoTime();
            last = shown > seen ? now : last;
            for (; seen < shown; seen++) {
                if (seen >= WARM_UP_CALLS) {
                    latencyS[seen - WARM_UP_CALLS] = (now - writtenNs[seen]) / NS_PER_S;
                }
            }
            if (now - last > LIMIT_NS) {
                throw new IOException("/metrics shows " + seen + " of " + written + " calls, and no more come");
            }
            LockSupport.parkNanos(STEP_NS);
        }
        Arrays.sort(latencyS);
        context.progress("all %d calls seen".formatted(seen));
        return new Figures()
                .atMost("event_to_metrics_p99_s", latencyS[(int) (CALLS * P99)], LONGEST_S)
                .add("event_to_metrics_p50_s", latencyS[CALLS / 2])
                .add("event_to_metrics_max_s", latencyS[CALLS - 1]);
    }

    private int shown(int port) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .build();
        Matcher lines = PAIRED.matcher(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        double sum = 0;
        while (lines.find()) {
            sum += Double.parseDouble(lines.group(1));
        }
        return (int) sum;
    }
}
