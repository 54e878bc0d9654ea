package io.goroscope.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DoctorCommandTest {

    @Test
    void shouldPrintOneFindingALineAndAgreeWithItsExitCode() throws Exception {
        StringWriter printed = new StringWriter();
        int code = new CommandLine(new DoctorCommand())
                .setOut(new PrintWriter(printed))
                .setExecutionExceptionHandler((e, line, parsed) -> 2)
                .execute("--json");
        Map<String, JsonNode> found = new HashMap<>();
        for (String line : printed.toString().lines().toList()) {
            JsonNode each = new ObjectMapper().readTree(line);
            found.put(each.get("name").asText(), each);
        }

        assertThat(found).containsKeys("capabilities", "kernel", "BTF", "uprobe_multi", "libbpf.so.1", "Java", "space");
        assertThat(found.get("Java").get("state").asText()).isEqualTo("ok");
        boolean missing = found.values().stream()
                .anyMatch(each -> each.get("for").asText().equals("tracing")
                        && each.get("state").asText().equals("missing"));
        assertThat(code).isEqualTo(missing ? 2 : 0);
    }
}
