package io.goroscope.e2e;

import io.goroscope.testbed.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All functions of three programs that nobody here wrote, for 30 s under load; the table is {@code target/reports/real-programs.md}. */
@Tag("soak")
class RealProgramsSoakTest {

    private static final Duration WITHOUT = Duration.ofSeconds(5);
    private static final Duration WITH = Duration.ofSeconds(30);
    private static final List<String> ROWS = new ArrayList<>(WholeProgram.HEAD);

    @TempDir
    Path folder;

    @BeforeAll
    static void needsTheKernel() {
        Requirements.require("bpf");
    }

    @AfterAll
    static void writeTable() throws IOException {
        Path report = Path.of("target/reports/real-programs.md");
        Files.createDirectories(report.getParent());
        Files.write(report, ROWS);
    }

    @Test
    void shouldCountAllOfPrometheus() throws IOException {
        try (RealProgram program = RealProgram.prometheus(folder)) {
            ROWS.add(WholeProgram.row("prometheus", program, WITHOUT, WITH));
        }
    }

    @Test
    void shouldCountAllOfEtcd() throws IOException {
        try (RealProgram program = RealProgram.etcd(folder)) {
            ROWS.add(WholeProgram.row("etcd", program, WITHOUT, WITH));
        }
    }

    @Test
    void shouldCountAllOfCaddy() throws IOException {
        try (RealProgram program = RealProgram.caddy(folder)) {
            ROWS.add(WholeProgram.row("caddy", program, WITHOUT, WITH));
        }
    }
}
