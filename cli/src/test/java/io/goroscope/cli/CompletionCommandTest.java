package io.goroscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionCommandTest {

    @TempDir
    private Path folder;

    @Test
    void shouldCompleteCommandsAndOptionsInBash() throws Exception {
        StringWriter printed = new StringWriter();
        int code = Main.commandLine().setOut(new PrintWriter(printed)).execute("completion", "bash");
        Path script = Files.writeString(folder.resolve("completion"), printed.toString());

        assertThat(code).isZero();
        assertThat(complete(script, "goroscope", "top")).isEqualTo("topics");
        assertThat(complete(script, "goroscope", "topics", "--boot")).isEqualTo("--bootstrap-server");
    }

    /** What bash offers for the last word. */
    private static String complete(Path script, String... words) throws Exception {
        String line = String.join(" ", words);
        Process bash = new ProcessBuilder(
                        "bash",
                        "--norc",
                        "-c",
                        "source '" + script + "'; COMP_WORDS=(" + line + "); COMP_CWORD=" + (words.length - 1)
                                + "; COMP_LINE='" + line + "'; COMP_POINT=" + line.length()
                                + "; _complete_goroscope >/dev/null; echo \"${COMPREPLY[@]}\"")
                .start();
        String reply = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).isZero();
        return reply.strip();
    }
}
