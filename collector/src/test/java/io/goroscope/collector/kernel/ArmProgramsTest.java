package io.goroscope.collector.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs compile for arm64. They were never run there. */
class ArmProgramsTest {

    @TempDir
    private Path folder;

    @Test
    void shouldCompileForArm64() throws Exception {
        CountedProgram.output(List.of(
                "make", "--no-print-directory", "-C", "../bpf", "TARGET_ARCH=arm64", "OUT=" + folder.resolve("out")));

        assertThat(Files.size(folder.resolve("out/goroscope.bpf.o"))).isPositive();
    }
}
