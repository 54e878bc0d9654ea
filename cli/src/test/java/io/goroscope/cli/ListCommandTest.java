package io.goroscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.goroscope.testbed.Flavor;
import io.goroscope.testbed.TestProgram;
import io.goroscope.testbed.Toolchains;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListCommandTest {

    private static TestProgram program() {
        return TestProgram.truth(Toolchains.requireLocal(), Flavor.STRIPPED);
    }

    private static String list(String... arguments) {
        List<String> words = new ArrayList<>(List.of("list"));
        words.addAll(List.of(arguments));
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            assertThat(Main.run(words.toArray(String[]::new))).isZero();
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldShowEachFunctionAndTheTotals() {
        String table = list(program().binary() + ":main.*");
        assertThat(table)
                .contains("FUNCTION")
                .containsPattern("main\\.main +0x[0-9a-f]+ +\\S+\\.go:\\d+ +\\d+ +1\\+\\d+ +0 +cheap")
                .containsPattern(
                        "functions matched: \\d+  cheap: \\d+  costly: \\d+  refused: \\d+  inlined only: \\d+");
    }

    @Test
    void shouldPrintOneObjectALine() throws IOException {
        String[] lines =
                list("--json", "-r", program().binary() + ":^main\\.main$").split("\n", -1);
        JsonNode function = new ObjectMapper().readTree(lines[0]);
        assertThat(function.get("name").asText()).isEqualTo("main.main");
        assertThat(function.get("kind").asText()).isEqualTo("cheap");
        assertThat(function.get("address").asLong()).isPositive();
        assertThat(function.get("places").asInt())
                .isEqualTo(1 + function.get("returns").asInt());
        JsonNode totals = new ObjectMapper().readTree(lines[1]).get("totals");
        assertThat(totals.get("matched").asInt()).isEqualTo(1);
    }

    @Test
    void shouldSayHowToSeeWhatExistsOnlyInlined() {
        assertThat(list("--all", program().binary() + ":sync*"))
                .contains("exists only inlined")
                .contains("go build -gcflags=all=-l");
    }

    @Test
    void shouldListANameThatExistsOnlyInlined() {
        String hello = TestProgram.build(Toolchains.requireLocal(), "hello", Flavor.STRIPPED)
                .binary()
                .toString();
        assertThat(list(hello + ":fmt.Println"))
                .containsPattern("fmt.Println .* 1 +inlined +exists only inlined")
                .contains("functions matched: 1  cheap: 0  costly: 0  refused: 0  inlined only: 1")
                .contains("go build -gcflags=all=-l");
    }

    @Test
    void shouldSayHowManyItLeavesOut() {
        assertThat(list(program().binary() + ":*")).containsPattern("left out .*: \\d{3,}; --all takes them");
    }
}
