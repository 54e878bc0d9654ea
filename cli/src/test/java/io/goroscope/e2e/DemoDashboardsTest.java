package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.prometheus.DashboardAnswers;
import io.goroscope.testbed.prometheus.PrometheusServer;
import io.goroscope.testbed.prometheus.PrometheusServer.Form;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo as a user starts it, and two more Prometheus servers that scrape its sink, one for each form of the histograms: every
 * query of every panel, variable and rule is answered with data about a program that nobody here wrote.
 */
class DemoDashboardsTest {

    /** It is called by a traced function, and calls one. */
    private static final String FUNCTION = "github.com/prometheus/prometheus/tsdb.(*headAppender).log";

    private static final Pattern PORTS =
            Pattern.compile("streams .*http://127\\.0\\.0\\.1:(\\d+)/metrics\\n.* sink .*:(\\d+)/metrics");
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final long POLL_NS = 100_000_000;

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsBpf() {
        Requirements.require("bpf");
    }

    @Test
    void shouldAnswerEveryQueryAfterAQuarterOfAMinute() throws Exception {
        run(15);
    }

    @Test
    @Tag("soak")
    void shouldAnswerEveryQueryAfterAMinute() throws Exception {
        run(60);
    }

    /** @param scrapes how many samples each series is to have, one a second */
    private void run(int scrapes) throws Exception {
        try (Terminal demo = Terminal.start("demo")) {
            List<String> scraped = awaitScraped(demo);
            long startedMs = System.currentTimeMillis();
            Map<Form, PrometheusServer> servers = new EnumMap<>(Form.class);
            try {
                for (Form form : new Form[] {Form.NATIVE, Form.CLASSIC}) {
                    servers.put(form, PrometheusServer.start(folder.resolve(form.name()), form, scraped));
                }
                for (PrometheusServer each : servers.values()) {
                    awaitScrapes(each, scrapes);
                }
                for (Map.Entry<Form, PrometheusServer> each : servers.entrySet()) {
                    DashboardAnswers answers = new DashboardAnswers(
                                    each.getValue(), each.getKey(), ".+", FUNCTION, startedMs)
                            // The demo has no budget, so nothing steps down: DashboardQueriesTest has modes.
                            .without("goroscope_function_mode")
                            .without("goroscope_cycled_")
                            .without("collector\"")
                            .without("goroscope_collector");
                    awaitNone(answers::wrongPanels, each.getKey());
                    awaitNone(answers::wrongExemplars, each.getKey());
                    awaitNone(answers::wrongVariables, each.getKey());
                    awaitNone(answers::wrongAlerts, each.getKey());
                    System.out.printf(
                            "%s: %d queries of panels answered after %d scrapes of the demo%n",
                            each.getKey(), answers.queries().size(), scrapes);
                }
            } finally {
                servers.values().forEach(PrometheusServer::close);
            }
            demo.interrupt();
            demo.finish();
        }
    }

    /** Asks until nothing is wrong: a scrape that comes late leaves a moment without data. */
    private static void awaitNone(Callable<List<String>> wrong, Form form) throws Exception {
        long end = System.nanoTime() + ANSWER_LIMIT.toNanos();
        List<String> last = wrong.call();
        while (!last.isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(POLL_NS);
            last = wrong.call();
        }
        assertThat(last).as("%s", form).isEmpty();
    }

    /** What the compose file's Prometheus scrapes, but for the classic form's path. */
    private static List<String> awaitScraped(Terminal demo) {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            Matcher ports = PORTS.matcher(demo.stdout());
            if (ports.find()) {
                String job = "{job_name: %s, static_configs: [{targets: ['127.0.0.1:%s']}]}";
                return List.of(
                        job.formatted("goroscope-streams", ports.group(1)), job.formatted("goroscope", ports.group(2)));
            }
            assertThat(System.nanoTime()).as(demo.stdout()).isLessThan(end);
            LockSupport.parkNanos(POLL_NS);
        }
    }

    private static void awaitScrapes(PrometheusServer server, int scrapes) throws Exception {
        String samples = "max(count_over_time(goroscope_calls_total{function=\"" + FUNCTION + "\"}[5m]))";
        long end = System.nanoTime() + START_LIMIT.plusSeconds(scrapes).toNanos();
        while (!(server.value(samples) >= scrapes)) {
            assertThat(System.nanoTime())
                    .as("time to get %s = %d", samples, scrapes)
                    .isLessThan(end);
            LockSupport.parkNanos(POLL_NS);
        }
    }
}
