package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.testbed.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Method and path of each request, out of the arguments of a function of a server that nobody here wrote or built. */
class TraceServerTest {

    /** Of which the server's own scrapes are the only others. */
    private static final List<String> OTHERS = List.of(
            "GET /-/healthy", "HEAD /-/ready", "GET /api/v1/labels", "POST /api/v1/series", "GET /api/v1/targets");

    @TempDir
    Path folder;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
        if (!Files.exists(Path.of("/usr/bin/prometheus"))) {
            Requirements.unmet("bpf", "no /usr/bin/prometheus: apt-get install prometheus");
        }
    }

    /** It is stripped: the types are those of the runtime's method tables. */
    @Test
    void shouldPrintEachRequestUnderLoad() throws IOException {
        try (RealProgram server = RealProgram.prometheus(folder);
                Terminal terminal = Terminal.start(
                        "trace",
                        "--json",
                        "-p",
                        server.pid(),
                        "net/http.(*ServeMux).ServeHTTP \"%s %s\" goarg3.Method, goarg3.URL.Path")) {
            terminal.awaitAttached();
            for (String other : OTHERS) {
                String[] words = other.split(" ");
                server.isAnswered(words[0], words[1]);
            }
            HttpLoad load = HttpLoad.on(server, Duration.ofSeconds(3));
            terminal.interrupt();
            Map<String, Long> requests = terminal.jsonLines().stream()
                    .map(TraceServerTest::text)
                    .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));

            System.out.println(
                    "requests of prometheus by its own arguments: " + requests + ", failed: " + load.failed());
            assertThat(load.failed()).isZero();
            assertThat(load.answered()).isGreaterThan(100);
            assertThat(requests).containsEntry("GET /api/v1/query", load.answered());
            OTHERS.forEach(other -> assertThat(requests).containsEntry(other, 1L));
            requests.remove("GET /metrics");
            assertThat(requests).hasSize(1 + OTHERS.size());
            assertThat(terminal.stderr()).doesNotContain("lost");
            assertThat(server.isAlive()).isTrue();
        }
    }

    private static String text(JsonNode line) {
        return line.get("text").asText();
    }
}
