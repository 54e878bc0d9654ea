package io.goroscope.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.schemas.Topics;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.Requirements;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A collector as a user of its own, with the four capabilities that deploy/systemd gives it and nothing else: it traces a program of
 * root's in a folder that only root may enter. With any of the four taken away it says which.
 */
class CollectorRightsTest {

    private static final int USER = 61234;
    private static final List<String> CAPABILITIES = List.of("bpf", "perfmon", "sys_ptrace", "dac_read_search");

    /** JUnit's folders are for root alone. */
    private static Path folder;

    private static Path binary;
    private static String classPath;
    private static EmbeddedBroker broker;

    @BeforeAll
    static void prepare() throws Exception {
        Requirements.require("bpf");
        folder = Files.createTempDirectory("rights");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        binary = Files.createDirectory(
                        folder.resolve("secret"),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
                .resolve("hello");
        Files.copy(
                TestProgram.build(Toolchains.requireLocal(), "hello", Flavor.NORMAL)
                        .binary(),
                binary);
        Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwx------"));
        classPath = readableClassPath();
        broker = EmbeddedBroker.create();
        PipelineTopics.make(broker, Topics.DEFAULT, 2);
    }

    @AfterAll
    static void clean() throws IOException {
        if (broker != null) {
            broker.close();
        }
        if (folder != null) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted((a, b) -> b.compareTo(a))
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    /** The class path where everybody may read it. */
    private static String readableClassPath() throws IOException {
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path from = Path.of(entry);
            if (Files.exists(from)) {
                Path to = folder.resolve("classes-" + copies.size() + (Files.isDirectory(from) ? "" : ".jar"));
                try (Stream<Path> files = Files.walk(from)) {
                    files.forEach(
                            file -> copy(file, to.resolve(from.relativize(file).toString())));
                }
                copies.add(to.toString());
            }
        }
        return String.join(File.pathSeparator, copies);
    }

    private static void copy(Path from, Path to) {
        try {
            if (Files.isDirectory(from)) {
                Files.createDirectories(to);
            } else {
                Files.copy(from, to);
            }
            Files.setPosixFilePermissions(
                    to, PosixFilePermissions.fromString(Files.isDirectory(from) ? "rwxr-xr-x" : "rw-r--r--"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldTraceWithTheFourAlone() throws Exception {
        try (HelloProgram program = HelloProgram.start(binary);
                Terminal collect = collect(CAPABILITIES)) {
            collect.awaitAttached();
            program.greet(3);
            program.finish();
            collect.interrupt();
            collect.finish();
        }
        assertThat(PublishedCounts.read(broker.bootstrapServers(), Topics.DEFAULT)
                        .calls(series -> true))
                .isEqualTo(Map.of("main.greet", 3L));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bpf             | goroscope: cannot trace on this machine: missing CAP_BPF;
            perfmon         | goroscope: cannot trace on this machine: missing CAP_PERFMON;
            sys_ptrace      | goroscope: cannot trace on this machine: missing CAP_SYS_PTRACE;
            dac_read_search | /hello: permission denied; run as root or with CAP_DAC_READ_SEARCH
            """)
    void shouldSayWhichIsMissing(String capability, String line) throws Exception {
        List<String> others =
                CAPABILITIES.stream().filter(each -> !each.equals(capability)).toList();
        try (HelloProgram program = HelloProgram.start(binary);
                Terminal collect = collect(others)) {
            assertThatThrownBy(collect::finish)
                    .hasMessageContaining("ended with 2")
                    .hasMessageContaining(line);
            assertThat(collect.stderr().lines().filter(each -> each.startsWith("goroscope: ")))
                    .hasSize(1);
            program.finish();
        }
    }

    private static Terminal collect(List<String> capabilities) {
        String all = "-all,+" + String.join(",+", capabilities);
        List<String> before = List.of(
                "env",
                "XDG_RUNTIME_DIR=" + folder.resolve("runtime"),
                "setpriv",
                "--reuid=" + USER,
                "--regid=" + USER,
                "--clear-groups",
                "--inh-caps=" + all,
                "--ambient-caps=" + all,
                "--bounding-set=" + all,
                "--no-new-privs");
        String[] arguments = {
            "collect",
            "-b",
            broker.bootstrapServers(),
            "--set",
            "rules=[{processes: {binary: " + binary + "}, functions: {include: main.greet}}]"
        };
        return Terminal.startBy(before, classPath, arguments);
    }
}
