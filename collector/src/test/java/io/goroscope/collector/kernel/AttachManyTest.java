package io.goroscope.collector.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.collector.GoPrograms;
import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.plan.FunctionPatterns;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.collector.plan.Planner;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every function of a program that nobody here wrote, at once. */
class AttachManyTest {

    private static final Logger LOG = LoggerFactory.getLogger(AttachManyTest.class);

    /** The aim is 1 s; the limit leaves room for a machine that is busy with other things. */
    private static final long LIMIT_NS = 5_000_000_000L;

    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:(\\d{4,5})");

    @TempDir
    private Path data;

    @BeforeAll
    static void requireBpf() {
        Requirement.bpf();
    }

    @Test
    void shouldCountAllFunctionsOfARunningPrometheus() throws Exception {
        ImagePlan plan;
        try (GoBinary binary = GoBinary.open(GoPrograms.prometheus(), "prometheus")) {
            plan = Planner.plan(binary, FunctionPatterns.wildcards(List.of("*")), new PlanOptions(false, false, true));
        }
        Path config = Files.writeString(data.resolve("prometheus.yml"), "scrape_configs: []\n");
        Process prometheus = new ProcessBuilder(
                        GoPrograms.prometheus().toString(),
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + data.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:0")
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("log").toFile())
                .start();
        try {
            int pid = (int) prometheus.pid();
            URI ready = URI.create("http://127.0.0.1:" + port(pid) + "/-/ready");
            get(ready);
            long calls;
            try (ProbeSession session =
                    ProbeSession.open(List.of(plan), SessionOptions.count().withProcesses(Set.of(pid)))) {
                get(ready);
                long[] sum = new long[2];
                session.visitCounters(pid, (slot, count, lost) -> {
                    sum[0] += count;
                    sum[1]++;
                });
                calls = sum[0];
                LOG.info(
                        "attached {} probes in {} ms; {} calls of {} functions",
                        session.probes(),
                        session.attachNs() / 1_000_000,
                        sum[0],
                        sum[1]);
                assertThat(session.probes()).isGreaterThan(50_000);
                assertThat(session.attachNs()).isLessThan(LIMIT_NS);
                assertThat(session.leftOut()).isEmpty();
            }
            assertThat(calls).isGreaterThan(1000);
            get(ready);
            assertThat(prometheus.isAlive()).isTrue();
        } finally {
            prometheus.destroy();
            prometheus.waitFor();
        }
    }

    private static void get(URI uri) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    /** The port that it chose, once its log says so. */
    private int port(int pid) throws Exception {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (System.nanoTime() < deadline) {
            String log = Files.readString(data.resolve("log"));
            if (log.contains("Server is ready")) {
                Matcher matcher = ADDRESS.matcher(log);
                if (matcher.find()) {
                    return Integer.parseInt(matcher.group(1));
                }
            }
            Thread.onSpinWait();
        }
        throw new IllegalStateException(
                "prometheus " + pid + " is not ready: " + Files.readString(data.resolve("log")));
    }
}
