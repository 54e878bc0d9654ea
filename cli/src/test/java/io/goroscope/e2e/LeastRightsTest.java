package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.RunningProgram;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import io.goroscope.testbed.Truth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The capabilities that deploy/kubernetes gives the collector, and the compose file by default, are enough, and those to load and
 * to attach are needed.
 */
class LeastRightsTest {

    private static final Pattern ADDED = Pattern.compile("add: \\[([A-Z_, ]+)]");

    @BeforeAll
    static void needsBpf() {
        Requirements.require("bpf");
    }

    @Test
    void shouldTimeWithTheCapabilitiesOfTheManifest() throws Exception {
        try (RunningProgram running = program().start("-rounds=3", "-held=2");
                Terminal terminal = Terminal.startBy(
                        with(shipped()), "funclatency", "--json", "-p", "" + running.pid(), "main.*")) {
            terminal.awaitAttached();
            running.release();
            Truth truth = running.truth();
            assertThat(running.finish()).isZero();

            JsonNode line = terminal.json();
            assertThat(line.get("lost").asLong()).isZero();
            assertThat(Terminal.pairs(line, truth).differences()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bpf", "perfmon"})
    void shouldSayWhichCapabilityIsMissing(String capability) throws Exception {
        List<String> others = new ArrayList<>(shipped());
        assertThat(others.remove(capability)).isTrue();
        try (Terminal terminal = Terminal.startBy(
                with(others), "funccount", "-c", "/bin/true", program().binary() + ":main.*")) {
            assertThatThrownBy(terminal::finish)
                    .hasMessageContaining("ended with 2")
                    .hasMessageContaining("CAP_" + capability.toUpperCase(Locale.ROOT));
        }
    }

    private static TestProgram program() {
        return TestProgram.truth(Toolchains.requireLocal(), Flavor.NORMAL);
    }

    private static List<String> shipped() throws Exception {
        String manifest = Files.readString(Path.of("..", "deploy", "kubernetes", "collector.yaml"));
        Matcher added = ADDED.matcher(manifest);
        assertThat(added.find()).isTrue();
        String compose = Files.readString(Path.of("..", "docker-compose.yml"));
        assertThat(compose).contains("SYS_PTRACE, DAC_READ_SEARCH]");
        return List.of(added.group(1).toLowerCase(Locale.ROOT).split(", "));
    }

    /** Root keeps of its capabilities those in the bounding set; the rest cannot be had again. */
    private static List<String> with(List<String> capabilities) {
        return List.of("setpriv", "--no-new-privs", "--bounding-set", "-all,+" + String.join(",+", capabilities));
    }
}
