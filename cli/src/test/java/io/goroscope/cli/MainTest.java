package io.goroscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {

    /** The names stand in Main and in each command; a run takes its command by the former. */
    @Test
    void shouldKnowEachCommandByItsOwnName() {
        CommandLine all = Main.commandLine();
        assertThat(all.getSubcommands()).hasSizeGreaterThan(10).containsKeys("list", "help");
        all.getSubcommands().forEach((name, command) -> assertThat(command.getCommand()
                        .getClass()
                        .getAnnotation(Command.class)
                        .name())
                .isEqualTo(name));
    }

    @Test
    void shouldMakeOnlyTheCommandThatRuns() {
        assertThat(Main.commandLine("list", "x").getSubcommands()).containsOnlyKeys("list");
        assertThat(Main.commandLine("help", "list").getSubcommands()).containsKeys("list", "demo");
        assertThat(Main.commandLine("lits").getSubcommands()).containsKeys("list", "demo");
        assertThat(Main.commandLine("--help").getSubcommands()).containsKeys("list", "demo");
    }
}
