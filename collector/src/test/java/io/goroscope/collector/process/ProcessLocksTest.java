package io.goroscope.collector.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.goroscope.schemas.UserException;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessLocksTest {

    private static final ProcessIdentity ONE = new ProcessIdentity("host", "boot", 42, 1000, "/bin/app");
    private static final ProcessIdentity SAME_PID_LATER = new ProcessIdentity("host", "boot", 42, 1001, "/bin/app");

    @TempDir
    private Path folder;

    /** Another collector: takes {@link #ONE}, says so, and waits for its end. */
    public static void main(String[] words) throws Exception {
        try (ProcessLocks locks = ProcessLocks.open(Path.of(words[0]), words[1])) {
            System.out.println(locks.take(ONE));
            System.in.read();
        }
    }

    @Test
    void shouldLetOneCollectorHaveAProcessUntilItDies() throws Exception {
        Process other = start("");
        try (ProcessLocks locks = ProcessLocks.open(folder, "");
                ProcessLocks labelled = ProcessLocks.open(folder, "canary");
                BufferedReader said = other.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isEqualTo("true");
            assertThat(locks.take(ONE)).isFalse();
            assertThat(locks.holder(ONE)).isEqualTo("the collector with pid=" + other.pid());
            assertThatThrownBy(() -> locks.requireFree(ONE))
                    .isInstanceOf(UserException.class)
                    .hasMessage("pid=42 is traced already by the collector with pid=" + other.pid()
                            + "; stop that one, or give this one a --label of its own");
            assertThat(locks.take(SAME_PID_LATER)).isTrue();
            assertThat(labelled.take(ONE)).isTrue();

            other.destroyForcibly().waitFor();
            assertThat(locks.take(ONE)).isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void shouldKeepAProcessUntilItWasReleasedAsOftenAsTaken() throws Exception {
        try (ProcessLocks locks = ProcessLocks.open(folder, "")) {
            assertThat(locks.take(ONE)).isTrue();
            assertThat(locks.take(ONE)).isTrue();
            locks.release(ONE);
            assertThat(takes()).isFalse();
            locks.release(ONE);
            assertThat(takes()).isTrue();
        }
    }

    private boolean takes() throws Exception {
        Process other = start("");
        try (BufferedReader said = other.inputReader(StandardCharsets.UTF_8)) {
            return Boolean.parseBoolean(said.readLine());
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    private Process start(String label) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ProcessLocksTest.class.getName(),
                        folder.toString(),
                        label)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
