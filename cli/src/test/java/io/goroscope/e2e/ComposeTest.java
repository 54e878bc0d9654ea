package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.goroscope.testbed.Comparison;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Observed;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * docker-compose.yml as it stands, with images that were built here and .env's variables set to them: it traces a Go
 * program in a container, its Prometheus says what the program says, and it leaves nothing behind. Grafana's service is
 * only validated, since its image cannot be built from packages.
 */
class ComposeTest {

    private static final String PROJECT = "goroscope-e2e";
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration QUERY_LIMIT = Duration.ofSeconds(10);
    private static final long POLL_NS = 50_000_000;
    private static final JsonMapper JSON = new JsonMapper();
    /**
     * One for all queries: each client keeps a connection of its own, and from the 513th on Prometheus answers only after
     * five minutes ({@code --web.max-connections}, {@code --web.read-timeout}).
     */
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final List<String> SERVICES =
            List.of("kafka", "topics", "collector", "streams", "sink", "prometheus");

    private final Map<String, String> environment = new HashMap<>();

    @BeforeAll
    static void needsAnEngine() {
        Requirements.require("bpf");
        Docker.require();
        if (composeWords().isEmpty()) {
            Requirements.unmet("docker", "neither docker compose nor docker-compose is installed");
        }
    }

    @Test
    void shouldTraceAProgramInAContainerAndLeaveNothing() throws Exception {
        TestProgram program = TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
        int port = freePort();
        long startedNs = System.nanoTime();
        try (ContainedProgram traced = ContainedProgram.start(program, "-rounds=3", "-held=2")) {
            environment.putAll(Map.of(
                    "COMPOSE_PROJECT_NAME",
                    PROJECT,
                    "GOROSCOPE_IMAGE",
                    Docker.GOROSCOPE,
                    "KAFKA_IMAGE",
                    Docker.KAFKA,
                    "PROMETHEUS_IMAGE",
                    Docker.PROMETHEUS,
                    "PROMETHEUS_CONFIG",
                    "prometheus-2.yml",
                    "PROMETHEUS_PORT",
                    Integer.toString(port),
                    "GOROSCOPE_TARGET",
                    traced.hostPath() + ":main.*"));
            if (!Docker.knowsBpfCapabilities()) {
                environment.put("COLLECTOR_BPF_CAPABILITY", "SYS_ADMIN");
                environment.put("COLLECTOR_PERF_CAPABILITY", "SYSLOG");
            }
            compose("config", "-q");
            try {
                compose(Docker.join(List.of("up", "-d", "--no-build"), SERVICES).toArray(String[]::new));
                awaitHealthy();
                say("all healthy", startedNs);
                // A function that was never called has a count of zero already: the first scrape is before the first
                // call.
                awaitScrape(port);
                say("scraped", startedNs);

                Truth truth = traced.run();
                say("the program has ended", startedNs);

                assertThat(awaitCounts(port, truth).countDifferences()).isEmpty();
                say("all counted", startedNs);
                System.out.println(Docker.output(
                        "docker", "stats", "--no-stream", "--format", "{{.Name}}\t{{.MemUsage}}\t{{.CPUPerc}}"));
                System.out.println(
                        Docker.output("docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}\t{{.Size}}"));
            } catch (Throwable failure) {
                System.out.println(run("ps").output());
                System.out.println(run("logs", "--tail=40").output());
                throw failure;
            } finally {
                compose("down", "--volumes", "--timeout", "40");
            }
        }
        String mine = "label=com.docker.compose.project=" + PROJECT;
        assertThat(Docker.output("docker", "ps", "-aq", "--filter", mine)).isEmpty();
        assertThat(Docker.output("docker", "volume", "ls", "-q", "--filter", mine))
                .isEmpty();
        assertThat(Docker.output("docker", "network", "ls", "-q", "--filter", mine))
                .isEmpty();
    }

    private static void say(String what, long startedNs) {
        System.out.printf(Locale.ROOT, "%s after %.1f s%n", what, (System.nanoTime() - startedNs) / 1e9);
    }

    /** Every service runs and says that it is healthy; the one that makes the topics has ended well. */
    private void awaitHealthy() {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        List<String> states;
        do {
            states = new ArrayList<>();
            for (String id : compose("ps", "-q").split("\n")) {
                states.add(Docker.output(
                        "docker",
                        "inspect",
                        "--format",
                        "{{.Name}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.ExitCode}}{{end}}",
                        id));
            }
        } while (!states.stream().allMatch(state -> state.endsWith("running healthy") || state.endsWith("exited 0"))
                && System.nanoTime() < deadline);
        assertThat(states)
                .hasSize(SERVICES.size())
                .allMatch(state -> state.endsWith("running healthy") || state.endsWith("exited 0"));
    }

    private static void awaitScrape(int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (query(port, "up{job=\"goroscope\"} == 1").isEmpty()) {
            assertThat(System.nanoTime()).as("Prometheus scrapes the sink").isLessThan(deadline);
        }
    }

    private static Comparison awaitCounts(int port, Truth truth) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        Comparison comparison;
        do {
            List<Map.Entry<String, Observed>> observed = new ArrayList<>();
            Set<String> unseen = new HashSet<>(truth.byName().keySet());
            for (JsonNode each : query(port, "sum by (function) (goroscope_calls_total{service=\"truth\"})")) {
                String name = each.path("metric").path("function").asText();
                observed.add(
                        Map.entry(name, new Observed(each.path("value").path(1).asLong(), 0, 0, 0, 0, 0, 0, 0)));
                unseen.remove(name);
            }
            comparison = Comparison.of(truth, observed, unseen);
        } while (!(comparison.countDifferences().isEmpty() && comparison.calls() > 0) && System.nanoTime() < deadline);
        return comparison;
    }

    private static JsonNode query(int port, String expression) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + "/api/v1/query?query="
                + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        LockSupport.parkNanos(POLL_NS);
        String body = HTTP.send(HttpRequest.newBuilder(uri).timeout(QUERY_LIMIT).build(), BodyHandlers.ofString())
                .body();
        return JSON.readTree(body).path("data").path("result");
    }

    private String compose(String... arguments) {
        Docker.Result result = run(arguments);
        if (result.code() != 0) {
            throw new AssertionError(
                    "compose " + String.join(" ", arguments) + " ended with " + result.code() + ": " + result.output());
        }
        return result.output();
    }

    private Docker.Result run(String... arguments) {
        return Docker.run(environment, Docker.join(composeWords(), List.of(arguments)));
    }

    /** The plugin where it is installed, else Debian's docker-compose; nothing where there is neither. */
    private static List<String> composeWords() {
        if (Docker.run(Map.of(), List.of("docker", "compose", "version")).code() == 0) {
            return List.of("docker", "compose");
        }
        boolean old = Docker.run(Map.of(), List.of("sh", "-c", "command -v docker-compose"))
                        .code()
                == 0;
        return old ? List.of("docker-compose") : List.of();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
