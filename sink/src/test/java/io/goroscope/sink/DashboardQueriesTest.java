package io.goroscope.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.goroscope.schemas.Topics;
import io.goroscope.testbed.output.ShopFunction;
import io.goroscope.testbed.output.ShopProcess;
import io.goroscope.testbed.output.ShopTraffic;
import io.goroscope.testbed.prometheus.DashboardAnswers;
import io.goroscope.testbed.prometheus.Dashboards;
import io.goroscope.testbed.prometheus.PrometheusServer;
import io.goroscope.testbed.prometheus.PrometheusServer.Form;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every query of every dashboard and rule is asked of real Prometheus servers that scrape a real sink, one with the native form
 * of the histograms and one with the classic form (what the Streams job says of itself is not there): each must answer with data, and with the labels that the panel shows. A
 * third one renames whatever it scrapes, which shows that no query would be answered without its metric.
 */
class DashboardQueriesTest {

    private static final Topics TOPICS = new Topics("dashboards.");
    private static final String FUNCTION = ShopFunction.ALL.get(1).name();
    private static final long NS_PER_MS = 1_000_000;
    private static final long STEP_MS = 100;

    @TempDir
    private static Path folder;

    private static final Map<Form, PrometheusServer> SERVERS = new EnumMap<>(Form.class);

    private static TestBroker broker;
    private static ShopTraffic traffic;
    private static ScheduledExecutorService clock;
    private static Sink sink;
    private static PrometheusServer renaming;
    private static long startedMs;

    @BeforeAll
    static void scrapeForAWhile() throws Exception {
        broker = new TestBroker(folder.resolve("kafka"));
        broker.createTopics(TOPICS);
        traffic = new ShopTraffic(broker.bootstrapServers(), TOPICS, 7);
        sink = Sink.start(SinkConfig.of(broker.bootstrapServers()).withTopics(TOPICS));
        for (Form form : List.of(Form.NATIVE, Form.CLASSIC)) {
            SERVERS.put(form, PrometheusServer.start(folder.resolve(form.name()), form, sink.port()));
        }
        renaming = PrometheusServer.start(folder.resolve("renaming"), Form.NATIVE, List.of("""
                {job_name: renamed, static_configs: [{targets: ['127.0.0.1:%d']}], metric_relabel_configs:
                  [{source_labels: [__name__], target_label: __name__, replacement: 'other_$1'}]}
                """.formatted(sink.port())));
        startedMs = System.currentTimeMillis();
        List<ShopProcess> processes = new ArrayList<>();
        for (String build : List.of("b1", "b2")) {
            traffic.names(build, "rev-" + build);
            processes.add(new ShopProcess(build.equals("b1") ? 11 : 12, build, startedMs * NS_PER_MS));
        }
        // It goes on to the end: rates need samples of the last seconds, whenever they are asked for.
        clock = Executors.newSingleThreadScheduledExecutor();
        ScheduledFuture<?> unused =
                clock.scheduleWithFixedDelay(() -> run(processes), 0, STEP_MS, TimeUnit.MILLISECONDS);
        // Ten seconds of data, and what is asked for at an offset lies five seconds back.
        Wait.until(
                "every Prometheus has enough",
                () -> hasEnough(SERVERS.get(Form.NATIVE), "goroscope_calls_total")
                        && hasEnough(SERVERS.get(Form.CLASSIC), "goroscope_calls_total")
                        && hasEnough(renaming, "other_goroscope_calls_total"));
    }

    private static void run(List<ShopProcess> processes) {
        for (ShopProcess each : processes) {
            traffic.run(each, System.currentTimeMillis() * NS_PER_MS, 0.2);
        }
    }

    private static boolean hasEnough(PrometheusServer server, String metric) throws Exception {
        return server.value("min(count_over_time(" + metric + "[30s]))") > 14;
    }

    @AfterAll
    static void stop() throws Exception {
        SERVERS.values().forEach(PrometheusServer::close);
        renaming.close();
        sink.close();
        clock.shutdown();
        assertThat(clock.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        traffic.close();
        broker.close();
    }

    private static DashboardAnswers answers(PrometheusServer server, Form form) {
        return new DashboardAnswers(server, form, "shop", FUNCTION, startedMs)
                .without("goroscope_streams")
                .without("streams\"")
                .without("collector\"")
                .without("goroscope_collector");
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"NATIVE", "CLASSIC"})
    void shouldAnswerEveryQueryOfEveryPanel(Form form) throws Exception {
        DashboardAnswers answers = answers(SERVERS.get(form), form);

        assertThat(answers.wrongPanels()).isEmpty();
        assertThat(answers.queries()).hasSizeGreaterThan(60);
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"NATIVE", "CLASSIC"})
    void shouldLeadFromAPercentileToSlowCalls(Form form) throws Exception {
        assertThat(answers(SERVERS.get(form), form).wrongExemplars()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"NATIVE", "CLASSIC"})
    void shouldGiveEveryVariableItsValues(Form form) throws Exception {
        assertThat(answers(SERVERS.get(form), form).wrongVariables()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"NATIVE", "CLASSIC"})
    void shouldAnswerEveryAlertWithDataBesideItsThreshold(Form form) throws Exception {
        assertThat(answers(SERVERS.get(form), form).wrongAlerts()).isEmpty();
    }

    @Test
    void shouldMissEveryMetricThatHasAnotherName() throws Exception {
        DashboardAnswers answers = answers(renaming, Form.NATIVE);

        assertThat(answers.wrongPanels()).hasSameSizeAs(answers.queries());
        assertThat(answers.wrongVariables()).hasSizeGreaterThanOrEqualTo(7);
        assertThat(answers.wrongAlerts()).hasSizeGreaterThan(8);
    }

    @Test
    void shouldPassPromtool() throws Exception {
        promtool("check", "rules", "rules/goroscope.yml");
        promtool("test", "rules", "rules_test.yml");
        String config = Files.readString(Dashboards.FOLDER.resolve("prometheus/prometheus.yml"));
        // Debian's promtool is of 2.42, which does not know the key that 3.9 asks for; the rest it can judge.
        String older = Files.readString(Dashboards.FOLDER.resolve("prometheus/prometheus-2.yml"));
        assertThat(config).contains("    scrape_native_histograms: true\n");
        assertThat(older.substring(older.indexOf("global:")))
                .isEqualTo(config.substring(config.indexOf("global:"))
                        .replace("    scrape_native_histograms: true\n", ""));
        promtool("check", "config", "prometheus-2.yml");
    }

    private static void promtool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(Dashboards.FOLDER.resolve("prometheus").toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
