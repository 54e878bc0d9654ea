package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.collector.TraceTarget;
import io.goroscope.collector.kernel.ProbeSession;
import io.goroscope.collector.kernel.SessionOptions;
import io.goroscope.collector.plan.PlanOptions;
import io.goroscope.schemas.UserException;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be said to be traced, each way on a real process: wherever its files are by now. */
class TargetsTest {

    private static final int TIMES = 5;

    @TempDir
    Path folder;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    @Test
    void shouldTakeTheExecutableAndItsGoLibrariesOfAProcess() {
        try (Greeter hello = Greeter.start(TIMES, Greeter.gccgo().toString())) {
            assertThat(counted(hello, "main.greet", "fmt.Println"))
                    .isEqualTo(Map.of("main.greet", 1L, "fmt.Println", (long) TIMES));
        }
    }

    @Test
    void shouldTakeAPositionIndependentProgramAtAnyBase() {
        Path pie = TestProgram.build(Toolchains.requireLocal(), "hello", Flavor.PIE_STRIPPED)
                .binary();
        try (Greeter hello = Greeter.start(TIMES, pie.toString())) {
            assertThat(counted(hello, "main.greet", pie + ":fmt.Fprintln"))
                    .isEqualTo(Map.of("main.greet", 1L, "fmt.Fprintln", (long) TIMES));
        }
    }

    /** A mount namespace and another root, as a container has: the path exists there alone. */
    @Test
    void shouldTakeAProcessInAContainerByItsOwnPaths() throws IOException {
        Path root = Files.createDirectory(folder.resolve("root"));
        Files.copy(Greeter.gc(), root.resolve("hello"), StandardCopyOption.COPY_ATTRIBUTES);
        try (Greeter hello = Greeter.start(
                TIMES, "unshare", "--mount", "--pid", "--fork", "--kill-child", "chroot", root.toString(), "/hello")) {
            String pid = child(hello.pid());
            assertThat(Path.of("/hello")).doesNotExist();
            try (Terminal terminal =
                    Terminal.start("funccount", "--json", "-d", "60", "-p", pid, "main.greet", "/hello:fmt.Fprintln")) {
                terminal.awaitAttached();
                hello.greet();
                assertThat(hello.end()).isZero();
                assertThat(counts(terminal.json())).isEqualTo(Map.of("main.greet", 1L, "fmt.Fprintln", (long) TIMES));
            }
        }
    }

    @Test
    void shouldTakeAProcessWhoseExecutableIsDeletedOrReplaced() throws IOException {
        Path program = Files.copy(Greeter.gc(), folder.resolve("hello"), StandardCopyOption.COPY_ATTRIBUTES);
        try (Greeter hello = Greeter.start(TIMES, program.toString())) {
            Files.delete(program);
            assertThat(counted(hello, "main.greet", program + ":fmt.Fprintln"))
                    .isEqualTo(Map.of("main.greet", 1L, "fmt.Fprintln", (long) TIMES));
        }
        Path other = Files.copy(Greeter.gc(), folder.resolve("next"), StandardCopyOption.COPY_ATTRIBUTES);
        try (Greeter hello = Greeter.start(TIMES, other.toString())) {
            Path replacement = TestProgram.build(Toolchains.requireLocal(), "hello", Flavor.STRIPPED)
                    .binary();
            Files.copy(replacement, folder.resolve("new"), StandardCopyOption.COPY_ATTRIBUTES);
            Files.move(folder.resolve("new"), other, StandardCopyOption.ATOMIC_MOVE);
            assertThat(counted(hello, "main.greet", other + ":fmt.Fprintln"))
                    .isEqualTo(Map.of("main.greet", 1L, "fmt.Fprintln", (long) TIMES));
        }
    }

    @Test
    void shouldRefuseAFileThatChangedAfterItWasPlanned() throws IOException {
        Path program = Files.copy(Greeter.gc(), folder.resolve("hello"), StandardCopyOption.COPY_ATTRIBUTES);
        TraceTarget target = TraceTarget.resolve(
                new TraceTarget.Request(List.of(program + ":main.*"), 0, null, false, PlanOptions.COUNTING));
        Path other = TestProgram.build(Toolchains.requireLocal(), "hello", Flavor.PIE)
                .binary();
        Files.write(program, Files.readAllBytes(other)); // the same inode

        assertThatThrownBy(() -> ProbeSession.open(target.plans(), SessionOptions.count()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("replaced after it was read");
    }

    /** One file by three names, a regular expression, and what nobody has. */
    @Test
    void shouldMergeTheNamesOfOneFile() throws IOException {
        Path program = Greeter.gc();
        Path link = Files.createSymbolicLink(folder.resolve("link"), program);
        TraceTarget target = TraceTarget.resolve(new TraceTarget.Request(
                List.of(
                        program + ":^main\\.greet$",
                        link + ":^fmt\\.Fprint(ln|f)$",
                        program.getParent() + "/./hello:^main\\.main$"),
                0,
                null,
                true,
                PlanOptions.COUNTING));

        assertThat(target.plans()).hasSize(1);
        assertThat(target.probeable())
                .extracting(plan -> plan.function().name())
                .contains("main.greet", "main.main", "fmt.Fprintln")
                .doesNotContain("fmt.Println");
    }

    private static Map<String, Long> counted(Greeter hello, String... specs) {
        String[] arguments = new String[specs.length + 4];
        System.arraycopy(new String[] {"funccount", "--json", "-p", hello.pid()}, 0, arguments, 0, 4);
        System.arraycopy(specs, 0, arguments, 4, specs.length);
        try (Terminal terminal = Terminal.start(arguments)) {
            terminal.awaitAttached();
            hello.greet();
            assertThat(hello.end()).isZero();
            return counts(terminal.json());
        }
    }

    private static String child(String pid) throws IOException {
        return Files.readString(Path.of("/proc", pid, "task", pid, "children")).strip();
    }

    private static Map<String, Long> counts(JsonNode line) {
        Map<String, Long> counts = new TreeMap<>();
        for (JsonNode function : line.get("functions")) {
            counts.put(function.get("name").asText(), function.get("count").asLong());
        }
        return counts;
    }
}
